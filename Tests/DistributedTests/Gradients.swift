import TestSupport

extension SplitMix64 {
    /// Uniform in (-1, 1).
    mutating func signed() -> Float { Float(Int32(truncatingIfNeeded: next() >> 40) - (1 << 23)) / Float(1 << 23) }
}

/// One gradient per shard; tensor t has values of size `sizes[t]`.
func gradients(shards: Int, tensors: [Range<Int>], sizes: [Float], seed: UInt64) -> [[Float]] {
    (0..<shards).map { shard in
        var random = SplitMix64(state: seed &* 1_000_003 &+ UInt64(shard))
        return zip(tensors, sizes).flatMap { tensor, size in tensor.map { _ in random.signed() * size } }
    }
}

extension [Float] {
    var bits: [UInt32] { map(\.bitPattern) }
}

extension Float {
    var nextAwayFromZero: Float { self < 0 ? nextDown : nextUp }
}

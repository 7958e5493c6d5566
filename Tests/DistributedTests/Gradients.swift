/// SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195): enough for test data, and the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in (-1, 1).
    mutating func signed() -> Float { Float(Int32(truncatingIfNeeded: next() >> 40) - (1 << 23)) / Float(1 << 23) }
}

/// One gradient per shard; tensor t has values of size `sizes[t]`.
func gradients(shards: Int, tensors: [Range<Int>], sizes: [Float], seed: UInt64) -> [[Float]] {
    (0..<shards).map { shard in
        var random = SplitMix(seed &* 1_000_003 &+ UInt64(shard))
        return zip(tensors, sizes).flatMap { tensor, size in tensor.map { _ in random.signed() * size } }
    }
}

extension [Float] {
    var bits: [UInt32] { map(\.bitPattern) }
}

extension Float {
    var nextAwayFromZero: Float { self < 0 ? nextDown : nextUp }
}

extension [Float] {
    /// Whether no value is NaN or infinite.
    package var isFinite: Bool { unsafe withUnsafeBufferPointer { unsafe areFinite($0) } }
}

extension Matrix {
    /// Whether no value is NaN or infinite.
    package var isFinite: Bool {
        withExtendedLifetime(storage) { unsafe areFinite(UnsafeBufferPointer(start: base, count: count)) }
    }
}

/// The largest exponent in integers: a test of every value would not be vectorised.
private func areFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
    unsafe values.reduce(UInt32(0)) { max($0, $1.bitPattern & 0x7fff_ffff) } < 0x7f80_0000
}

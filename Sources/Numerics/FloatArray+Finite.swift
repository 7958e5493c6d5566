extension [Float] {
    /// Whether no value is NaN or infinite. The largest exponent in integers: a test of every value would not be vectorised.
    package var isFinite: Bool {
        reduce(UInt32(0)) { Swift.max($0, $1.bitPattern & 0x7fff_ffff) } < 0x7f80_0000
    }
}

extension InlineArray where Element == SIMD16<Float> {
    /// Gives the floats of the vectors, on a boundary of 64 bytes, to `body`.
    ///
    /// For scratch on the stack: a temporary allocation with this alignment would be on the heap, for 100 to 150 ns.
    @inlinable @inline(__always)
    public mutating func withFloats<Result>(_ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
        unsafe withUnsafeMutablePointer(to: &self) { unsafe body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self)) }
    }
}

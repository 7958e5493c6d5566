/// Floats on 64-byte boundaries, zero at first, freed with their last reference.
@safe public final class FloatStorage: @unchecked Sendable {
    @usableFromInline let base: UnsafeMutablePointer<Float>
    public let count: Int

    /// - Parameter count: number of floats; zero is allowed.
    public init(count: Int) {
        precondition(count >= 0, "a storage cannot hold \(count) floats")
        let bytes = Self.byteCount(count)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        unsafe base = raw.assumingMemoryBound(to: Float.self)
        self.count = count
    }

    /// The bytes that so many floats take.
    public static func byteCount(_ count: Int) -> Int { max(64, (count * 4 + 63) / 64 * 64) }

    deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }
}

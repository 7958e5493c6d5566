import CXXHash
import Failures

/// XXH3 with 64 bits over bytes that arrive in pieces.
///
/// It finds damage and tells data sets apart; it is no protection against a forger.
/// Source: Y. Collet, xxHash, https://github.com/Cyan4973/xxHash.
@safe public final class Checksum {
    private let state: OpaquePointer

    public init() {
        guard let made = unsafe XXH3_createState() else { fatalError("no memory for a checksum") }
        unsafe state = made
        _ = unsafe XXH3_64bits_reset(made)
    }

    deinit { _ = unsafe XXH3_freeState(state) }

    /// Adds the bytes of some numbers as they stand in memory (little-endian).
    public func add<T: BitwiseCopyable>(_ values: [T]) {
        unsafe values.withUnsafeBytes { unsafe add($0) }
    }

    /// Adds some bytes.
    public func add(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe XXH3_64bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// The checksum of what was added up to now.
    public var value: UInt64 { unsafe XXH3_64bits_digest(state) }

    /// The same as 16 hexadecimal digits.
    public var text: String { Self.text(value) }

    /// The checksum of the bytes of some numbers, as 16 hexadecimal digits.
    public static func of<T: BitwiseCopyable>(_ values: [T]) -> String {
        text(unsafe values.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) })
    }

    private static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

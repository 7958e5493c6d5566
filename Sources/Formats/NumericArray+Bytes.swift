#if _endian(big)
#error("the file formats are little-endian and copied as they are: this machine needs byte swaps")
#endif

extension NumericArray.Values {
    /// The values in little-endian bytes; the count must be a multiple of the type's size. Numbers of 16 bits become floats of 32.
    package init(_ type: NumberType, littleEndian bytes: ArraySlice<UInt8>) {
        switch type {
        case .float32: self = .float32(copied(bytes))
        case .float64: self = .float64(copied(bytes))
        case .float16: self = .float32((copied(bytes) as [UInt16]).map { Float(Float16(bitPattern: $0)) })
        case .bfloat16: self = .float32((copied(bytes) as [UInt16]).map { Float(bitPattern: UInt32($0) << 16) })
        case .uint8: self = .uint8(Array(bytes))
        case .bool: self = .bool(bytes.map { min($0, 1) })
        case .int32: self = .int32(copied(bytes))
        case .int64: self = .int64(copied(bytes))
        }
    }

    /// The values in little-endian bytes.
    public var littleEndianBytes: [UInt8] {
        switch self {
        case .float32(let values): rawBytes(values)
        case .float64(let values): rawBytes(values)
        case .uint8(let values), .bool(let values): values
        case .int32(let values): rawBytes(values)
        case .int64(let values): rawBytes(values)
        }
    }
}

/// The numbers that stand in some bytes; a remainder shorter than a number is left out.
func copied<T: BitwiseCopyable>(_ bytes: ArraySlice<UInt8>) -> [T] {
    let count = bytes.count / MemoryLayout<T>.size
    return unsafe bytes.withUnsafeBytes { source in
        unsafe [T](unsafeUninitializedCapacity: count) { target, made in
            unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source.prefix(count * MemoryLayout<T>.size)))
            made = count
        }
    }
}

/// The bytes of some numbers, as they stand in memory.
package func rawBytes<T: BitwiseCopyable>(_ values: [T]) -> [UInt8] {
    unsafe values.withUnsafeBytes { unsafe Array($0) }
}

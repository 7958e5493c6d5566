/// Numbers as the bytes of a file. Every machine that Swift and Open MPI run on together is little-endian.
package enum LittleEndian {
    package static func bytes<T: BitwiseCopyable>(of values: [T]) -> [UInt8] {
        rawBytes(values)
    }

    package static func values<T: BitwiseCopyable & AdditiveArithmetic>(of bytes: [UInt8]) -> [T] {
        precondition(bytes.count % MemoryLayout<T>.stride == 0, "\(bytes.count) bytes are no whole numbers")
        var values = [T](repeating: .zero, count: bytes.count / MemoryLayout<T>.stride)
        unsafe values.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
        return values
    }
}

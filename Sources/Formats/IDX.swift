import Failures

/// The IDX format of MNIST: 0, 0, type, number of dimensions, the dimensions as big-endian 32-bit numbers, then the values.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist/.
public enum IDX {
    /// Types of the format by their byte.
    private static let types: [UInt8: BinaryNumber] = {
        let types: [UInt8: String] = [0x08: ">u1", 0x09: ">i1", 0x0b: ">i2", 0x0c: ">i4", 0x0d: ">f4", 0x0e: ">f8"]
        return types.compactMapValues { BinaryNumber($0) }
    }()
    private static let fix = "Give an IDX file such as train-images-idx3-ubyte, plain or gzip."

    /// Whether some bytes begin like an IDX file.
    package static func recognises(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && types[bytes[2]] != nil && (1...4).contains(bytes[3])
    }

    /// Parses a whole file. Its size must be exactly what its header promises.
    ///
    /// - Parameter name: the file's name for messages.
    public static func decode(_ bytes: [UInt8], name: String) throws(Failure) -> NumericArray {
        let (type, shape) = try header(bytes, size: bytes.count, name)
        return NumericArray(shape: shape, type.values(bytes[(4 + 4 * shape.count)...]))
    }

    /// The rows of a plain file, read when they are wanted; nil for another one.
    package static func rows(_ file: DataFile) throws(Failure) -> (any NumericRows)? {
        guard recognises(file.head), let input = file.input else { return nil }
        let (type, shape) = try header(file.head, size: file.size, file.path)
        return BinaryRows(input, offset: 4 + 4 * shape.count, type, shape: shape)
    }

    /// Type and shape of a file of a size, from what it begins with.
    private static func header(_ bytes: [UInt8], size: Int, _ name: String) throws(Failure) -> (BinaryNumber, [Int]) {
        guard bytes.count >= 4 else {
            throw Failure.damaged(name, byte: 0, expected: "an IDX header of at least 4 bytes", found: "\(bytes.count) bytes", fix: fix)
        }
        guard bytes[0] == 0, bytes[1] == 0, let type = types[bytes[2]] else {
            throw Failure.damaged(
                name, byte: 0, expected: "0, 0 and a type of 8 (ubyte), 9 (byte), 11 (int16), 12 (int32), 13 (float) or 14 (double)",
                found: "\(bytes[0]), \(bytes[1]), \(bytes[2])", fix: fix)
        }
        let dimensions = Int(bytes[3])
        guard (1...4).contains(dimensions), bytes.count >= 4 + 4 * dimensions else {
            throw Failure.damaged(
                name, byte: 3, expected: "1 to 4 dimensions, each in 4 bytes", found: "\(dimensions) in a file of \(bytes.count) bytes",
                fix: fix)
        }
        let shape = (0..<dimensions).map { index in
            bytes[(4 + 4 * index)..<(8 + 4 * index)].reduce(0) { $0 << 8 | Int($1) }
        }
        let (start, promise) = (4 + 4 * dimensions, NumericArray.byteCount(of: shape, size: type.size))
        guard promise == size - start else {
            let promised = promise.map(String.init) ?? "more than 2^63"
            throw Failure.damaged(
                name, byte: start, expected: "\(promised) bytes for \(shape) values", found: "\(size - start) bytes",
                fix: "The file is truncated or foreign: fetch it again.")
        }
        return (type, shape)
    }
}

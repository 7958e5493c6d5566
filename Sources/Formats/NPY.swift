import Failures

/// The `.npy` format of NumPy, versions 1 to 3.
///
/// Magic `\x93NUMPY`, version, length of the header, the header (a Python dictionary with `descr`, `fortran_order` and `shape`), the
/// values. Read are floats of 2 to 8 bytes, whole numbers of 1 to 8 and truth values, in either order of bytes and of indices, and structured arrays
/// of them (`NPY+Structured`); written are `<f4 <f8 <i4 <i8 |u1 |b1` in C order, in version 1.
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
public enum NPY {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// A header holds a type and a few dimensions: anything longer is foreign.
    private static let headerLimit = 1 << 16
    private static let fix = "Write the array with numpy.save as a plain array of one of these types, for example x.astype('float32')."

    /// The types written, by their names in the header.
    private static let types: [NumberType: String] = [
        .float32: "<f4", .float64: "<f8", .float16: "<f2", .uint8: "|u1", .int32: "<i4", .int64: "<i8", .bool: "|b1",
    ]

    /// Whether some bytes begin like an `.npy` file.
    package static func recognises(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    /// Parses a whole file. Its size must be exactly what its header promises.
    ///
    /// - Parameter name: the file's name for messages.
    public static func decode(_ bytes: [UInt8], name: String) throws(Failure) -> NumericArray {
        let text = try headerRange(bytes, name)
        let header = try NPYHeader(bytes, text, name)
        let type = try plainType(header, text, size: bytes.count, name)
        let values = type.values(bytes[text.upperBound...])
        return header.fortranOrder
            ? NumericArray(shape: header.shape, firstIndexFastest: values) : NumericArray(shape: header.shape, values)
    }

    /// The rows of a plain array in C order, read when they are wanted; nil for other files, whose bytes say more than their header or stand apart.
    package static func rows(_ file: DataFile) throws(Failure) -> (any NumericRows)? {
        guard recognises(file.head), let input = file.input else { return nil }
        // The longest header, and what stands before it.
        let bytes = try file.bytes(in: 0..<min(file.size, headerLimit + 12))
        let text = try headerRange(bytes, file.path)
        let header = try NPYHeader(bytes, text, file.path)
        guard header.fields.isEmpty, !header.fortranOrder else { return nil }
        let type = try plainType(header, text, size: file.size, file.path)
        return BinaryRows(input, offset: text.upperBound, type, shape: header.shape)
    }

    /// The type of a plain array in a file of a size, which must be what the header promises.
    private static func plainType(_ header: NPYHeader, _ text: Range<Int>, size: Int, _ name: String) throws(Failure) -> BinaryNumber {
        guard header.fields.isEmpty else {
            throw Failure.damaged(
                name, byte: text.lowerBound, expected: "a plain array",
                found: "one with the fields " + header.fields.map(\.name).joined(separator: ", "),
                fix: NPYHeader.structuredFix)
        }
        guard let type = BinaryNumber(header.type) else {
            throw Failure.damaged(
                name, byte: text.lowerBound, expected: "a type of " + BinaryNumber.known, found: "'\(header.type)'", fix: fix)
        }
        let found = size - text.upperBound
        let promise = NumericArray.byteCount(of: header.shape, size: type.size)
        guard promise == found else {
            let promised = promise.map(String.init) ?? "more than 2^63"
            throw Failure.damaged(
                name, byte: text.upperBound, expected: "\(promised) bytes for \(header.shape) values of type \(header.type)",
                found: "\(found) bytes", fix: "The file is truncated or foreign: write it again.")
        }
        return type
    }

    /// What stands before the values in a file of version 1, so that large arrays can be written in pieces.
    public static func header(_ type: NumberType, shape: [Int]) -> [UInt8] {
        guard let name = types[type] else { preconditionFailure("NumPy has no \(type)") }
        let dimensions = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let text = "{'descr': '\(name)', 'fortran_order': False, 'shape': (\(dimensions)), }"
        // The values start at a multiple of 64 bytes, as NumPy has it; a line feed ends the header.
        let used = magic.count + 4 + text.utf8.count + 1
        let padding = (64 - used % 64) % 64
        let length = text.utf8.count + padding + 1
        precondition(length < 1 << 16, "a shape of \(shape.count) dimensions does not fit a version 1 header")
        let prefix = magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
        return prefix + Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    }

    /// The whole file of an array.
    public static func encode(_ array: NumericArray) -> [UInt8] {
        header(array.type, shape: array.shape) + array.values.littleEndianBytes
    }

    /// Where the text of the header stands; the values follow it.
    static func headerRange(_ bytes: [UInt8], _ name: String) throws(Failure) -> Range<Int> {
        guard bytes.count >= 10, recognises(bytes) else {
            throw Failure.damaged(name, byte: 0, expected: "\\x93NUMPY, a version and a length", found: "something else", fix: fix)
        }
        guard (1...3).contains(bytes[6]) else {
            throw Failure.damaged(name, byte: 6, expected: "version 1, 2 or 3", found: "\(bytes[6])", fix: fix)
        }
        let width = bytes[6] == 1 ? 2 : 4
        guard bytes.count >= 8 + width else {
            throw Failure.damaged(name, byte: 8, expected: "a header length", found: "the end of the file", fix: fix)
        }
        let length = bytes[8..<(8 + width)].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= headerLimit, length <= bytes.count - 8 - width else {
            throw Failure.damaged(
                name, byte: 8, expected: "a header of at most \(min(headerLimit, bytes.count - 8 - width)) bytes", found: "\(length)",
                fix: fix)
        }
        return (8 + width)..<(8 + width + length)
    }
}

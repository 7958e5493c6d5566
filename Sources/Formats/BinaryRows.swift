import Failures
import Files

/// Rows of numbers of one type that stand one behind the other in a file: `.npy` in C order, IDX, and what ranks of a machine share.
package struct BinaryRows: NumericRows {
    package let place: RowsPlace
    package let type: NumberType
    private let file: InputFile
    private let number: BinaryNumber
    private let offset: Int
    /// Bytes of a row.
    private let size: Int

    /// - Returns: nil for what is no array of rows, reaches beyond the file, or has a type whose values depend on all numbers.
    init?(_ file: InputFile, offset: Int, _ number: BinaryNumber, shape: [Int]) {
        guard let type = number.type, !shape.isEmpty, !shape.contains(0), offset >= 0,
            let bytes = NumericArray.byteCount(of: shape, size: number.size), bytes <= file.size - offset
        else { return nil }
        place = RowsPlace(path: file.path, .binary(offset: offset, type: number.text), shape: shape)
        (self.file, self.number, self.offset, self.type) = (file, number, offset, type)
        size = bytes / shape[0]
    }

    package var fileSize: Int { file.size }
    package var modified: Int { get throws(Failure) { try file.modified } }

    package func rows(_ range: Range<Int>) throws(Failure) -> NumericArray.Values {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "rows \(range) of \(count)")
        let bytes: [UInt8]
        do {
            bytes = try file.available(in: offset + range.lowerBound * size..<offset + range.upperBound * size)
        } catch {
            throw Failure(error, fix: "It was row \(range.lowerBound) from 0 or one behind it. \(Self.fix)")
        }
        guard bytes.count == range.count * size else {
            let (row, found) = bytes.count.quotientAndRemainder(dividingBy: size)
            throw Failure(
                .inputOutput,
                "\(file.path): row \(range.lowerBound + row) from 0: expected \(size) bytes at byte \(offset + (range.lowerBound + row) * size), "
                    + "found \(found): the file has become shorter while it was in use. \(Self.fix)")
        }
        return number.values(bytes[...])
    }

    private static let fix =
        "Bring the file back as it was and start the same command again: a training goes on from its last checkpoint."
}

import Distributed
import Failures
import Formats
import Model
import Numerics

/// Rows of a model's shape in a `.npy` file, as a user gives them.
enum SampleFile {
    /// Collective. The rows of the file, channels innermost: rows x values.
    /// - Throws: `.data` for another shape, no rows, or a value that is not finite, `.launch` where ranks see different files.
    static func read(_ path: String, shape: ImageShape, _ communicator: any Communicator) throws(Failure) -> Matrix {
        try communicator.expecting(.storing("reading \(path)")) { () throws(Failure) in
            let rows = try communicator.agree { try read(path, shape: shape) }
            try communicator.checkIsSame(Checksum.of(LittleEndian.bytes(of: rows.values)), path)
            return rows
        }
    }

    private static func read(_ path: String, shape: ImageShape) throws -> Matrix {
        let array = try NPY.decode(FileBytes.read(path), name: path)
        let accepted = [shape.fileShape] + (shape.channels == 1 ? [[shape.height, shape.width]] : []) + [[shape.count]]
        guard array.shape.count >= 2, let rows = array.shape.first, rows > 0, accepted.contains(Array(array.shape.dropFirst())) else {
            let expected = accepted[0].map(String.init).joined(separator: " x ")
            throw Failure(
                .data,
                "\(path): expected N x \(expected) values for this model, found the shape "
                    + array.shape.map(String.init).joined(separator: " x "))
        }
        let floats = array.values.floats
        if let bad = floats.firstIndex(where: { !$0.isFinite }) {
            throw Failure(
                .data, "\(path): row \(bad / shape.count), value \(bad % shape.count): expected a finite number, found \(floats[bad])")
        }
        return Matrix(rows: rows, columns: shape.count, ChannelOrder.innermost(floats, shape: shape))
    }
}

extension ImageShape {
    /// The shape of a sample in a file: channels first, as PyTorch has it.
    var fileShape: [Int] { isVector ? [channels] : [channels, height, width] }
}

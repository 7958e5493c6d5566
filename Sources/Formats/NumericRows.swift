import Failures

/// An array of a file whose rows, along its first index, are read when they are wanted.
package protocol NumericRows: Sendable {
    var place: RowsPlace { get }
    /// Of the values, as an array in memory has it.
    var type: NumberType { get }
    /// Whether a row costs more than its bytes: others have to be inflated with it.
    var isCompressed: Bool { get }
    /// Bytes of the file, when it was opened.
    var fileSize: Int { get }
    /// When the file was changed last, in nanoseconds since 1970.
    var modified: Int { get throws(Failure) }

    /// Some of the rows, converted as those of an array that is read whole.
    /// - Throws: `.inputOutput` naming the file, the row and the bytes where they cannot be read any more; `.data` for what stands for no number.
    func rows(_ range: Range<Int>) throws(Failure) -> NumericArray.Values
}

extension NumericRows {
    /// The first size counts the rows.
    package var shape: [Int] { place.shape }
    package var count: Int { shape[0] }
    /// Values of a row.
    package var width: Int { shape.dropFirst().reduce(1, *) }
    package var isCompressed: Bool { false }
}

/// Where rows are found: enough for another process to open them.
package struct RowsPlace: Hashable, Codable, Sendable {
    package enum Form: Hashable, Codable, Sendable {
        /// One number behind the other from a byte on, of a type as NumPy writes it.
        case binary(offset: Int, type: String)
        /// An array of an HDF5 file.
        case array(String)
    }

    package var path: String
    package let form: Form
    package let shape: [Int]

    package init(path: String, _ form: Form, shape: [Int]) { (self.path, self.form, self.shape) = (path, form, shape) }

    /// - Throws: as opening a file does, and `.data` where another array stands there.
    package func open() throws(Failure) -> any NumericRows {
        switch form {
        case .binary(let offset, let type):
            let file = try InputFile(path)
            if let number = BinaryNumber(type), let rows = BinaryRows(file, offset: offset, number, shape: shape) { return rows }
        case .array(let name):
            let file = try DataFile(path)
            let arrays: (any ArrayFile)? = file.isPlain && HDF5.recognises(file.head) ? try HDF5.open(file) : nil
            let entry = arrays?.entries.first { $0.name == name && $0.shape == shape }
            if let arrays, let entry, let found = try arrays.rows(entry) { return found.rows }
        }
        throw Failure(.data, "\(path): expected the array of the shape \(shape) that another rank reads there, found another one")
    }
}

import Failures

/// A file of arrays that have names.
package protocol ArrayFile: Sendable {
    var file: DataFile { get }
    /// What is in it, in the order of the file.
    var entries: [ArrayEntry] { get }

    /// The columns of one of the entries.
    /// - Parameter select: the fields of a structured array that are read.
    /// - Throws: `.data`.
    func columns(_ entry: ArrayEntry, _ select: ColumnSelection) throws(Failure) -> [NumericColumn]
    /// The rows of one of the entries, read when they are wanted, and the names of a row's values; nil for what has to be read whole.
    func rows(_ entry: ArrayEntry) throws(Failure) -> (rows: any NumericRows, titles: [String]?)?
}

extension ArrayFile {
    package func rows(_: ArrayEntry) throws(Failure) -> (rows: any NumericRows, titles: [String]?)? { nil }
}

/// An array of a file.
package struct ArrayEntry: Hashable, Sendable {
    package enum Role: Sendable {
        case rows
        /// Coordinates along an index of others: read only where they are asked for.
        case axis
    }

    /// The path inside of the file, without a first slash.
    package let name: String
    /// Nil where only reading it tells.
    package let shape: [Int]?
    package let role: Role

    package init(name: String, shape: [Int]? = nil, role: Role = .rows) {
        (self.name, self.shape, self.role) = (name, shape, role)
    }
}

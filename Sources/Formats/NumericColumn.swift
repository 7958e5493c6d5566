/// A column of a table, or several side by side: an array whose first index counts the rows.
public struct NumericColumn: Hashable, Sendable {
    public let name: String
    public let array: NumericArray
    /// The names of what stands side by side, where the file has them.
    public let titles: [String]?

    package init(name: String, _ array: NumericArray, titles: [String]? = nil) {
        (self.name, self.array, self.titles) = (name, array, titles)
    }
}

/// Which columns of a table are read; the others may hold anything.
public enum ColumnSelection: Hashable, Sendable {
    case all
    case names([String])
    /// By name where the file names columns, else all by position.
    case matching([String])

    /// The names that are asked for.
    package var wanted: [String] {
        switch self {
        case .all: []
        case .names(let names), .matching(let names): names
        }
    }
}

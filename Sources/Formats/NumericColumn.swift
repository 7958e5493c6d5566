import Failures

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
    /// By name where the file names columns, else all by position. Optional ones are read behind them where they are there.
    case matching([String], optional: [String] = [])

    /// The names that are asked for.
    package var wanted: [String] {
        switch self {
        case .all: []
        case .names(let names), .matching(let names, _): names
        }
    }

    private var optional: [String] { if case .matching(_, let optional) = self { optional } else { [] } }

    /// Where the columns that are read stand among all of a table.
    /// - Parameters:
    ///   - place: of the names, for messages.
    ///   - noun: what the format calls a column.
    /// - Throws: `.data` for one that is not there, with the name most like it.
    package func places(in names: [String], _ place: String, noun: String = "column") throws(Failure) -> [Int] {
        guard self != .all else { return Array(names.indices) }
        var places: [Int] = []
        for name in wanted {
            guard let found = names.firstIndex(of: name) else {
                throw Failure(
                    .data,
                    "\(place): expected a \(noun) named '\(name)', found \(names.joined(separator: ", ")). Correct the name of the column."
                        + Spelling.hint(for: name, in: names))
            }
            places.append(found)
        }
        return places + optional.filter { !wanted.contains($0) }.compactMap { names.firstIndex(of: $0) }
    }
}

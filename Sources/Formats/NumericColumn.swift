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
    /// Those that are there of some, by name where the file names columns, else all by position. Others may stand beside them and are not read.
    case someOf([String], beside: [String])

    /// The names that are asked for.
    package var wanted: [String] {
        switch self {
        case .all: []
        case .names(let names), .matching(let names, _), .someOf(let names, _): names
        }
    }

    /// Whether columns are those of other data, which a file without names has by position.
    package var isOfOtherData: Bool {
        switch self {
        case .all, .names: false
        case .matching, .someOf: true
        }
    }

    private var optional: [String] { if case .matching(_, let optional) = self { optional } else { [] } }

    /// Where the columns that are read stand among all of a table.
    /// - Parameters:
    ///   - place: of the names, for messages.
    ///   - noun: what the format calls a column.
    /// - Throws: `.data` for one that is not there, or that nobody knows, with the name most like it.
    package func places(in names: [String], _ place: String, noun: String = "column") throws(Failure) -> [Int] {
        guard self != .all else { return Array(names.indices) }
        if case .someOf(let wanted, let others) = self {
            try Self.refuseForeign(names, wanted, others, place, noun)
            return wanted.compactMap { names.firstIndex(of: $0) }
        }
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

    /// A column with another name may be one that is wanted, mistyped. The index that pandas and R write is none.
    private static func refuseForeign(
        _ names: [String], _ wanted: [String], _ others: [String], _ place: String, _ noun: String
    ) throws(Failure) {
        let known = Set(wanted + others + ["", "Unnamed: 0"])
        guard let foreign = names.first(where: { !known.contains($0) }) else { return }
        throw Failure(
            .data,
            "\(place): expected \(noun)s of the model, \(wanted.joined(separator: ", ")), found '\(foreign)'. Correct its name, or take it out."
                + Spelling.hint(for: foreign, in: wanted))
    }
}

import Formats
import Foundation

/// What a pass over rows finds of them.
public struct RowMeasures: Hashable, Codable, Sendable {
    /// As `Dataset.digest`.
    let digest: String
    /// XXH3 of the numbers in double precision, where the file has such.
    let preciseDigest: String?
    /// The least and the greatest value.
    let low: Double
    let high: Double
    /// Columns in which all numbers are the same; looked for where the file has numbers in double precision.
    let constant: [Int]
    /// Where they were asked for.
    var moments: ColumnMoments?
}

/// What a pass over all rows of a file finds of them, and of the parts that some are held out of.
public struct MeasuredRows: Hashable, Codable, Sendable {
    let whole: RowMeasures
    /// Rows that are left and held out where a share is.
    let rest: RowMeasures?
    let heldOut: RowMeasures?
    /// Whether floats do not hold all numbers.
    let narrows: Bool
    /// Columns of which the narrowing has left little.
    let losses: [PrecisionLoss]

    /// Whether it can be of rows of so many values: what stands in a folder may be damaged.
    func fits(_ width: Int, isParted: Bool) -> Bool {
        guard (rest != nil && heldOut != nil) == isParted else { return false }
        return [whole, rest, heldOut].allSatisfy { part in
            guard let part else { return true }
            let hasColumns = part.moments.map { $0.means.count == width && $0.deviations.count == width } ?? true
            return part.low <= part.high && hasColumns
        }
    }
}

/// What was found of a file, and which file it was: kept beside a run, so that its next start need not read all rows for it.
public struct MeasuredFile: Hashable, Codable, Sendable {
    /// Of what is found, and how: another version of the program may find it otherwise.
    static let version = 1

    let version: Int
    /// Where the file stands, from the root.
    let path: String
    let size: Int
    /// In nanoseconds since 1970.
    let modified: Int
    /// How it was read.
    let reading: LoadingOptions
    let rows: MeasuredRows

    init(path: String, size: Int, modified: Int, reading: LoadingOptions, _ rows: MeasuredRows) {
        (version, self.path, self.size, self.modified) = (Self.version, Self.fromRoot(path), size, modified)
        (self.reading, self.rows) = (reading, rows)
    }

    private static func fromRoot(_ path: String) -> String {
        path.hasPrefix("/")
            ? path : "\(FileManager.default.currentDirectoryPath)/\(path.hasPrefix("./") ? String(path.dropFirst(2)) : path)"
    }

    /// Whether it is this file, unchanged, read in this way.
    func isOf(path: String, size: Int, modified: Int, reading: LoadingOptions) -> Bool {
        version == Self.version && self.path == Self.fromRoot(path) && self.size == size && self.modified == modified
            && self.reading == reading
    }
}

import Failures
import Formats

/// A file of rows that a command writes: the ending of its name says in which format.
struct RowFile: Sendable {
    enum Format: String, CaseIterable, Sendable {
        case npy
        case csv
        case h5
    }

    let path: String
    let format: Format

    /// - Throws: `.usage` for another ending.
    init(_ path: String) throws(Failure) {
        guard let format = Format.allCases.first(where: { path.lowercased().hasSuffix(".\($0.rawValue)") }) else {
            throw Failure(.usage, "--out \(path): expected a name that ends in .npy (an array), .csv (a table) or .h5 (HDF5)")
        }
        guard format != .h5 || OptionalLibrary.hdf5.isThere else {
            throw OptionalLibrary.hdf5.absence("--out \(path)", instead: "write .npy or .csv.")
        }
        (self.path, self.format) = (path, format)
    }

    /// The first line of a table.
    static func header(_ names: [String]) -> [UInt8] {
        let fields = names.map { name in
            // A line that begins with # would be a comment.
            let needsQuotes = name.isEmpty || name.hasPrefix("#") || name.contains { "\",;\t ".contains($0) }
            return needsQuotes ? "\"\(name.replacing("\"", with: "\"\""))\"" : name
        }
        return Array((fields.joined(separator: ",") + "\n").utf8)
    }

    /// Lines of a table, in the fewest digits that give the same numbers again.
    static func lines(_ values: [Double], width: Int, _ type: NumberType) -> [UInt8] {
        var text = ""
        for (index, value) in values.enumerated() {
            text += type == .float32 ? "\(Float(value))" : "\(value)"
            text += (index + 1) % width == 0 ? "\n" : ","
        }
        return Array(text.utf8)
    }

    /// The values of the file that a command has written, row by row; also those that are not finite.
    func values() throws(Failure) -> [Double] {
        switch format {
        case .npy: return Self.doubles(try NPY.decode(FileBytes.read(path), name: path))
        case .h5:
            let file = try HDF5.open(DataFile(path))
            var numbers: [Double] = []
            for entry in file.entries { for column in try file.columns(entry, .all) { numbers += Self.doubles(column.array) } }
            return numbers
        case .csv:
            return try FileBytes.read(path).split(separator: 0x0a).dropFirst().flatMap { line in
                line.split(separator: 0x2c).map { Double(String(decoding: $0, as: UTF8.self)) ?? .nan }
            }
        }
    }

    private static func doubles(_ array: NumericArray) -> [Double] { array.values.doubles ?? array.values.floats.map { Double($0) } }
}

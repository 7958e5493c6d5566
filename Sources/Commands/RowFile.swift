import Datasets
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
    static func header(_ names: [String]) -> [UInt8] { Array((names.map(quoted).joined(separator: ",") + "\n").utf8) }

    private static func quoted(_ text: String) -> String {
        // A line that begins with # would be a comment.
        let needsQuotes = text.isEmpty || text.hasPrefix("#") || text.contains { "\",;\t ".contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }

    /// Lines of a table, in the fewest digits that give the same numbers again, whole numbers of a table without a point; words as words, and an empty field for nothing.
    /// - Parameter cells: the columns of a table with words or gaps; empty: numbers.
    static func lines(_ values: [Double], width: Int, _ type: NumberType, _ cells: [TableColumn] = []) -> [UInt8] {
        let words = cells.map { $0.words?.map(quoted) }
        var text = ""
        for (index, value) in values.enumerated() {
            let isNothing = !cells.isEmpty && value.isNaN && cells[index % width].canBeMissing
            if isNothing {
                text += ""
            } else if !words.isEmpty, let words = words[index % width], let word = Int(exactly: value), words.indices.contains(word) {
                text += words[word]
            } else if !cells.isEmpty, cells[index % width].isWhole, let number = Int(exactly: value) {
                text += "\(number)"
            } else {
                text += type == .float32 ? "\(Float(value))" : "\(value)"
            }
            text += (index + 1) % width == 0 ? "\n" : ","
        }
        return Array(text.utf8)
    }

    /// The values of the file that a command has written, row by row; also those that are not finite, and the numbers of words.
    func values(_ cells: [TableColumn] = []) throws(Failure) -> [Double] {
        if format == .csv, !cells.isEmpty {
            let table = try CSVTable(decoding: FileBytes.read(path), name: path, separator: .comma, hasHeader: true, allowsTexts: true)
            return (0..<table.rows * table.columns).map { index in
                let (row, column) = index.quotientAndRemainder(dividingBy: table.columns)
                let word = table.texts[column]?.text(ofRow: row) ?? "\(table.doubles[index])"
                guard let words = cells[column].words else { return table.doubles[index] }
                let place = words.firstIndex(of: word) ?? words.firstIndex { Double($0) == table.doubles[index] }
                return place.map { Double($0) } ?? .nan
            }
        }
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

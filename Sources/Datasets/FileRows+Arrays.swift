import Failures
import Formats

// The rows of a file of several arrays: HDF5, .npz.
extension FileRows {
    /// Names that a message lists, at most.
    private static let mostListed = 24

    /// The arrays that are asked for, or the only one that can be rows, with the labels that stand beside them.
    /// - Throws: `.data` where it is not clear which, with what there is.
    init(of arrays: any ArrayFile, _ options: LoadingOptions) throws(Failure) {
        let chosen = try Self.chosen(arrays, options)
        var columns: [NumericColumn] = []
        for entry in chosen { columns += try arrays.columns(entry, options.selection) }
        try self.init(columns, path: arrays.file.path)
        guard let found = try Self.labels(of: arrays, count: count, names, options) else { return }
        (labels, labelName) = found
    }

    /// The labels that stand beside rows of so many; nil where there are none.
    private static func labels(
        of arrays: any ArrayFile, count: Int, _ names: [String]?, _ options: LoadingOptions
    ) throws(Failure) -> (values: [Int32], name: String?)? {
        guard let label = options.label.name, names?.contains(label) != true, let entry = entry(label, arrays) else { return nil }
        let (read, path) = (try arrays.columns(entry, .all), arrays.file.path)
        guard read.count == 1, read[0].array.count == count else {
            throw Failure(
                .data,
                "\(path): \(label): expected \(count) labels, one for each row, found "
                    + (read.count == 1 ? "the shape \(read[0].array.shape)" : "a table"))
        }
        return (try labels(read[0].array.values, path: "\(path): \(label)"), label)
    }

    /// The rows of the only array, with their labels, where they can be read one by one.
    static func rowsInFile(_ arrays: any ArrayFile, _ options: LoadingOptions) throws(Failure) -> RowsInFile? {
        let chosen = try chosen(arrays, options)
        guard chosen.count == 1, let found = try arrays.rows(chosen[0]) else { return nil }
        var rows = RowsInFile(path: arrays.file.path, numbers: found.rows, titles: found.titles)
        rows.labels = try labels(of: arrays, count: found.rows.count, found.titles, options)
        return rows
    }

    private static func entry(_ name: String, _ arrays: any ArrayFile) -> ArrayEntry? {
        let plain = name.hasPrefix("/") && name.count > 1 ? String(name.dropFirst()) : name
        return arrays.entries.first { $0.name == plain }
    }

    private static func chosen(_ arrays: any ArrayFile, _ options: LoadingOptions) throws(Failure) -> [ArrayEntry] {
        let asked = options.arrays.map { entry($0, arrays) }
        if !asked.isEmpty, !options.isOfOtherData || !asked.contains(nil) {
            return try zip(options.arrays, asked).map { (name, entry) throws(Failure) in
                guard let entry else {
                    throw Failure(
                        .data, "\(arrays.file.path): expected an array named '\(name)' (data.array), found \(list(arrays.entries)).")
                }
                return entry
            }
        }
        let (rows, label) = (arrays.entries.filter { $0.role == .rows }, options.label.name.flatMap { entry($0, arrays) })
        // Labels beside the rows, unless they are all there is.
        let others = rows.count > 1 ? rows.filter { $0 != label } : rows
        guard others.count == 1 else {
            throw Failure(
                .data,
                "\(arrays.file.path): expected one array of numbers, or data.array=NAME to say which, found \(list(arrays.entries)).")
        }
        return others
    }

    private static func list(_ entries: [ArrayEntry]) -> String {
        guard !entries.isEmpty else { return "no array of numbers" }
        let names = entries.prefix(mostListed).map { entry in
            "'\(entry.name)'" + (entry.shape.map { " (" + $0.map(String.init).joined(separator: " x ") + ")" } ?? "")
        }
        return names.joined(separator: ", ") + (entries.count > mostListed ? " and \(entries.count - mostListed) more" : "")
    }
}

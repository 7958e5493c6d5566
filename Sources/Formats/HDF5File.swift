#if canImport(CHDF5)
import CHDF5
import Failures

/// The arrays of an HDF5 file.
struct HDF5File: ArrayFile {
    let file: DataFile
    private(set) var entries: [ArrayEntry] = []

    /// Names of a group, and objects of a file, that are looked at.
    static let mostObjects: hsize_t = 10_000
    private static let greatestDepth = 32

    init(_ file: DataFile) throws(Failure) {
        self.file = file
        entries = try HDF5Object.alone { () throws(Failure) in
            var (found, left) = ([ArrayEntry](), Int(Self.mostObjects))
            let opened = try HDF5Object.open(file)
            guard let root = opened.object("/") else { throw Failure(.data, "\(file.path): expected an HDF5 file, found a damaged one") }
            Self.visit(root, "", depth: 0, &found, &left)
            return found
        }
    }

    private static func visit(
        _ group: HDF5Object, _ prefix: String, depth: Int, _ entries: inout [ArrayEntry], _ left: inout Int
    ) {
        if HDF5Frame.isFrame(group) {
            entries.append(ArrayEntry(name: prefix.isEmpty ? "/" : String(prefix.dropLast())))
            return
        }
        guard depth < greatestDepth else { return }
        for name in group.names where left > 0 {
            left -= 1
            guard let object = group.object(name) else { continue }
            if object.isGroup {
                visit(object, "\(prefix)\(name)/", depth: depth + 1, &entries, &left)
            } else if object.isDataset, let dataset = HDF5Dataset(object), dataset.isOfNumbers {
                entries.append(ArrayEntry(name: prefix + name, shape: dataset.shape, role: dataset.isAxis ? .axis : .rows))
            }
        }
    }

    func columns(_ entry: ArrayEntry, _ select: ColumnSelection) throws(Failure) -> [NumericColumn] {
        try HDF5Object.alone { () throws(Failure) in
            let opened = try HDF5Object.open(file)
            let name = entry.name
            guard let object = opened.object(name) else {
                throw Failure(.data, "\(file.path): \(name): expected the array that was there when the file was opened, found none")
            }
            if object.isGroup { return try HDF5Frame.columns(object, file, name, select) }
            guard let dataset = HDF5Dataset(object) else { throw Failure(.data, "\(file.path): \(name): the array is damaged") }
            if case .record = dataset.element { return try dataset.fields(file, name, select) }
            let array = try dataset.array(file, name)
            return [NumericColumn(name: name, array, titles: dataset.titles(of: array.shape))]
        }
    }

    func rows(_ entry: ArrayEntry) throws(Failure) -> (rows: any NumericRows, titles: [String]?)? {
        guard let path = file.plainPath, let rows = try HDF5Rows(path, array: entry.name) else { return nil }
        return (rows, rows.titles)
    }
}
#endif

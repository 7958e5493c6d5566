#if canImport(CHDF5)
import CHDF5
import Failures

/// A table that pandas wrote: `frame.to_hdf(path, key=..., format="fixed")`. Columns of one type stand side by side in a block.
enum HDF5Frame {
    private static let mostBlocks = 4096

    static func isFrame(_ group: HDF5Object) -> Bool { group.texts("pandas_type") == ["frame"] }

    /// The columns in the order of the table.
    static func columns(
        _ group: HDF5Object, _ file: DataFile, _ name: String, _ select: ColumnSelection
    ) throws(Failure) -> [NumericColumn] {
        let count = group.number("nblocks").flatMap { Int(exactly: $0) } ?? 0
        let order = try titles(group, "axis0", file, name)
        guard (1...mostBlocks).contains(count), Set(order).count == order.count else {
            throw Failure(
                .data, "\(file.path): \(name): expected blocks of columns with different names, found \(count) blocks of \(order)")
        }
        let wanted = try select.places(in: order, "\(file.path): \(name)").map { order[$0] }
        var columns: [String: NumericColumn] = [:]
        for block in 0..<count {
            let items = try titles(group, "block\(block)_items", file, name)
            guard !Set(items).isDisjoint(with: wanted) else { continue }
            for column in try self.columns(group, block, items, file, name) { columns[column.name] = column }
        }
        return try wanted.map { (title) throws(Failure) in
            guard let column = columns[title] else { throw Failure(.data, "\(file.path): \(name): the column '\(title)' is in no block") }
            return column
        }
    }

    private static func columns(
        _ group: HDF5Object, _ block: Int, _ items: [String], _ file: DataFile, _ name: String
    ) throws(Failure) -> [NumericColumn] {
        let place = "block\(block)_values"
        guard let object = group.object(place), let dataset = HDF5Dataset(object), case .number = dataset.element else {
            throw Failure(
                .data,
                "\(file.path): \(name): expected columns of numbers, found \(items.joined(separator: ", ")) of another type. "
                    + "Choose others with data.columns.")
        }
        let array = try dataset.array(file, "\(name)/\(place)")
        guard array.shape.count == 2, array.shape[1] == items.count else {
            throw Failure(
                .data, "\(file.path): \(name)/\(place): expected rows of \(items.count) values, found the shape \(array.shape)")
        }
        return items.enumerated().map { place, title in
            let values = array.values.taking(stride(from: place, to: array.count, by: items.count))
            return NumericColumn(name: title, NumericArray(shape: [array.shape[0]], values))
        }
    }

    private static func titles(
        _ group: HDF5Object, _ place: String, _ file: DataFile, _ name: String
    ) throws(Failure) -> [String] {
        guard let object = group.object(place), let dataset = HDF5Dataset(object), let titles = try dataset.titles(file, name) else {
            throw Failure(
                .data, "\(file.path): \(name)/\(place): expected the names of columns, found none that are texts or whole numbers")
        }
        return titles
    }
}
#endif

import Failures

/// A key about how data are read that says something of some data alone.
enum ReadingKey: String, CaseIterable {
    case array, columns, header, kinds, labelColumn, rows, separator, shape, size, split, weight

    var name: String { "data.\(rawValue)" }

    /// Of what it speaks.
    var subject: String {
        switch self {
        case .array: "a file of several arrays (HDF5, .npz)"
        case .columns, .rows, .split, .weight: "a table whose columns have names"
        case .header, .separator: "a text file (CSV)"
        case .kinds: "a table, a text file or one whose columns have names"
        case .labelColumn, .shape: "a file"
        case .size: "a folder of pictures"
        }
    }

    private func isSet(_ options: LoadingOptions) -> Bool {
        switch self {
        case .array: !options.arrays.isEmpty
        case .columns: !options.columns.isEmpty
        case .header: options.hasHeader != nil
        case .kinds: !options.kinds.isEmpty
        case .labelColumn: options.label != .none
        case .rows: !options.rows.isEmpty
        case .separator: options.separator != nil
        case .shape: !options.shape.isEmpty
        case .size: !options.size.isEmpty
        case .split: options.split != nil
        case .weight: options.weight != nil
        }
    }

    /// Refuses the keys that are set in vain, where they are not let stand. Data that others are like are read as those are, and may be of another format.
    /// - Throws: `.configuration` with the key, and what it speaks of.
    static func refuse(_ keys: [ReadingKey], of place: String, _ options: LoadingOptions) throws(Failure) {
        let isFree = options.allowsIdleKeys || options.isOfOtherData || options.learned != nil
        guard !isFree, let key = keys.first(where: { $0.isSet(options) }) else { return }
        throw Failure(.configuration, "\(key.name) has no effect on \(place): expected \(key.subject)")
    }
}

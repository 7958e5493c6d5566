import Failures
import Formats

/// Where other ranks find rows that stay where they stand, and what is known of them.
struct StoredDescription: Codable {
    let numbers: RowsPlace
    let wide: RowsPlace?
    let layout: RowLayout
    let levels: Int?
    let isPrecise: Bool
    let isOfNode: Bool
    let limit: Int
    let file: MeasuredFile
    /// What tells the file from others: XXH3 of the first and the last row.
    let ends: String

    /// Opens them in this process.
    /// - Parameter node: where this rank finds the file that the ranks of its node share.
    /// - Throws: as opening a file does; `.data` for another file than the rank has that describes it.
    func open(at node: String?) throws(Failure) -> StoredRows {
        precondition(!isOfNode || node != nil, "a rank knows what its node shares")
        func opened(_ place: RowsPlace) throws(Failure) -> any NumericRows {
            var place = place
            if isOfNode, let node { place.path = node }
            return try place.open()
        }
        let rows = StoredRows(
            try opened(numbers), wide: try wide.map(opened), layout, levels: levels, isPrecise: isPrecise, isOfNode: isOfNode, limit: limit,
            file)
        guard rows.numbers.fileSize == file.size, try rows.ends() == ends else {
            throw Failure(
                .data,
                "\(rows.numbers.place.path): expected the file that rank 0 reads, of \(file.size) bytes, found another one, of \(rows.numbers.fileSize) bytes"
            )
        }
        return rows
    }
}

extension StoredRows {
    fileprivate func ends() throws(Failure) -> String {
        let first = try numbers.rows(0..<1).littleEndianBytes
        return Checksum.of(first + (try numbers.rows(numbers.count - 1..<numbers.count).littleEndianBytes))
    }

    /// What another rank needs to open the same rows.
    fileprivate func description() throws(Failure) -> StoredDescription {
        guard case .all = places else { preconditionFailure("ranks are given whole data") }
        return StoredDescription(
            numbers: numbers.place, wide: wide?.place, layout: layout, levels: levels, isPrecise: isPrecise, isOfNode: isOfNode,
            limit: limit,
            file: file, ends: try ends())
    }
}

extension Dataset {
    /// Of rows that stay where they stand; nil for others.
    var storedDescription: StoredDescription? {
        get throws(Failure) {
            if case .stored(let rows) = values { try rows.description() } else { nil }
        }
    }
}

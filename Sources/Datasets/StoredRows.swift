import Failures
import Formats

/// Rows that stay where they stand, in the file of the data or in one that the ranks of a node share, and are read when they are wanted.
public struct StoredRows: Sendable {
    let numbers: any NumericRows
    /// The numbers in double precision, where they stand apart from those that narrow them.
    let wide: (any NumericRows)?
    let layout: RowLayout
    /// Of whole-number data; nil for floats.
    public let levels: Int?
    /// Whether numbers in double precision go with the floats.
    public let isPrecise: Bool
    /// Whether they stand in a copy that the ranks of a node share.
    public let isOfNode: Bool
    /// The most bytes that may be held in memory.
    let limit: Int
    /// What a pass over the file has found.
    public let file: MeasuredFile
    /// Hears of rows that cannot be read any more.
    public let loss = FailureLatch()
    /// Which rows, and what is known of them.
    private(set) var places: RowPlaces
    private(set) var measures: RowMeasures

    /// Bytes that are read at once where all rows are.
    private static let blockBytes = 4 << 20

    init(
        _ numbers: any NumericRows, wide: (any NumericRows)? = nil, _ layout: RowLayout, levels: Int?, isPrecise: Bool, isOfNode: Bool,
        limit: Int, _ file: MeasuredFile
    ) {
        (self.numbers, self.wide, self.layout, self.levels) = (numbers, wide, layout, levels)
        (self.isPrecise, self.isOfNode, self.limit, self.file) = (isPrecise, isOfNode, limit, file)
        (places, measures) = (.all(numbers.count), file.rows.whole)
    }

    public var count: Int { places.count }

    /// Bytes that a rank holds of them.
    public var bytes: Int { places.bytes }

    /// Bytes of the copy that the ranks of a node share; 0 where there is none.
    public var nodeBytes: Int { isOfNode ? numbers.fileSize : 0 }

    /// The same for all rows of one copy, or file.
    public var copy: String { numbers.place.path }

    /// Some of the rows, with what is known of them.
    func only(_ places: RowPlaces, _ measures: RowMeasures) -> StoredRows {
        guard case .all = self.places else { preconditionFailure("rows are held out of whole data") }
        var part = self
        (part.places, part.measures) = (places, measures)
        return part
    }

    /// A row, whatever happens.
    func row(_ row: Int, width: Int) -> RowBlock {
        do {
            return try block(row..<row + 1)
        } catch {
            loss.note(error)
            guard levels == nil else { return .levels([UInt8](repeating: 0, count: width)) }
            return .floats([Float](repeating: .nan, count: width), precise: isPrecise ? [Double](repeating: .nan, count: width) : nil)
        }
    }

    /// Some of the rows.
    func block(_ rows: Range<Int>) throws(Failure) -> RowBlock {
        let runs = places.runs(rows)
        var block = try inFile(runs[0])
        for run in runs.dropFirst() { block.append(try inFile(run)) }
        return block
    }

    /// Rows that are neighbours in the file.
    private func inFile(_ rows: Range<Int>) throws(Failure) -> RowBlock {
        let values = try numbers.rows(rows)
        if levels != nil, let bytes = values.bytes { return .levels(layout.arranged(bytes)) }
        let precise = isPrecise ? try (wide?.rows(rows) ?? values).doubles.map { layout.arranged($0) } : nil
        return .floats(layout.arranged(values.floats), precise: precise)
    }

    /// Calls `body` for all rows, some at a time, in order.
    func forEachBlock(_ body: (RowBlock, Range<Int>) throws(Failure) -> Void) throws(Failure) {
        for rows in Self.blocks(of: count, width: layout.width) { try body(try block(rows), rows) }
    }

    /// Rows that are read at once.
    static func blocks(of count: Int, width: Int) -> some Sequence<Range<Int>> {
        let rows = max(1, blockBytes / (8 * width))
        return stride(from: 0, to: count, by: rows).lazy.map { $0..<min(count, $0 + rows) }
    }
}

extension StoredRows: Hashable {
    public static func == (first: StoredRows, second: StoredRows) -> Bool {
        first.numbers.place == second.numbers.place && first.layout == second.layout && first.places == second.places
            && first.levels == second.levels && first.isPrecise == second.isPrecise && first.measures == second.measures
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(numbers.place)
        hasher.combine(measures)
    }
}

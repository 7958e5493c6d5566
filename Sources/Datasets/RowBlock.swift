import Failures
import Formats
import Numerics

/// Values of some rows, one behind the other.
enum RowBlock {
    case levels([UInt8])
    /// With the numbers that they narrow, where these are kept.
    case floats([Float], precise: [Double]?)

    /// A value, in the precision of the file where it is kept.
    func number(_ index: Int) -> Double {
        switch self {
        case .levels(let bytes): Double(bytes[index])
        case .floats(let floats, let precise): precise?[index] ?? Double(floats[index])
        }
    }

    mutating func append(_ other: RowBlock) {
        switch (self, other) {
        case (.levels(var own), .levels(let bytes)):
            self = .levels([])
            own += bytes
            self = .levels(own)
        case (.floats(var own, var precise), .floats(let floats, let others)):
            self = .floats([], precise: nil)
            own += floats
            precise?.append(contentsOf: others ?? [])
            self = .floats(own, precise: precise)
        case (.levels, .floats), (.floats, .levels): preconditionFailure("rows of one data set have one kind of values")
        }
    }
}

extension Dataset {
    /// A row: its values begin at `start`. Rows that cannot be read any more are not finite, or the lowest levels, and whoever waits for the others hears why.
    func block(ofRow row: Int) -> (block: RowBlock, start: Int) {
        switch values {
        case .levels(let bytes, _): (.levels(bytes), row * shape.count)
        case .floats(let floats): (.floats(floats, precise: precise), row * shape.count)
        case .stored(let rows): (rows.row(row, width: shape.count), 0)
        }
    }

    /// Value `index` of all rows, in the precision of the file where it is kept.
    func number(_ index: Int) -> Double {
        let (block, start) = block(ofRow: index / shape.count)
        return block.number(start + index % shape.count)
    }

    /// Calls `body` for each row in order; it ends early where rows cannot be read.
    func forEachRow(_ body: (_ block: RowBlock, _ start: Int) -> Void) {
        let width = shape.count
        guard case .stored(let rows) = values else {
            for row in 0..<count {
                let (block, start) = block(ofRow: row)
                body(block, start)
            }
            return
        }
        do throws(Failure) {
            try rows.forEachBlock { (block, range) throws(Failure) in
                for row in 0..<range.count { body(block, row * width) }
            }
        } catch {
            rows.loss.note(error)
        }
    }

    /// Rows that stay where they stand; nil where all are in memory.
    public var stored: StoredRows? {
        if case .stored(let rows) = values { rows } else { nil }
    }

    /// Bytes of memory that this rank holds of the rows.
    public var bytes: Int {
        let values =
            switch values {
            case .levels(let bytes, _): bytes.count
            case .floats(let floats): 4 * floats.count + 8 * (precise?.count ?? 0)
            case .stored(let rows): rows.bytes
            }
        return values + 4 * (labels?.count ?? 0)
    }

    /// Whether numbers in double precision stand behind the values.
    public var isPrecise: Bool {
        if case .stored(let rows) = values { rows.isPrecise } else { precise != nil }
    }

    /// The digest of these numbers; nil where floats are all there is.
    public var preciseDigest: String? {
        if case .stored(let rows) = values { rows.isPrecise ? rows.measures.preciseDigest : nil } else { precise.map { Checksum.of($0) } }
    }

    /// Whether all numbers of a column are the same; only where they are precise.
    func isConstant(_ column: Int) -> Bool {
        if case .stored(let rows) = values { return rows.measures.constant.contains(column) }
        guard let precise else { preconditionFailure("the numbers of a column are asked for where they are kept") }
        return stride(from: column, to: precise.count, by: shape.count).allSatisfy { precise[$0] == precise[column] }
    }

    /// The least and the greatest value.
    public var range: ClosedRange<Double> {
        switch values {
        case .levels(let bytes, _): Double(bytes.min() ?? 0)...Double(bytes.max() ?? 0)
        case .floats(let floats): Double(floats.min() ?? 0)...Double(floats.max() ?? 0)
        case .stored(let rows): rows.measures.low...rows.measures.high
        }
    }
}

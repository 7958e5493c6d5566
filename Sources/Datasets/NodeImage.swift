import Failures
import Formats
import Numerics

/// The values of a source as the bytes of one file, which the ranks of a node share: of the rows and of what belongs to them, each narrowed and, where these
/// are kept, in double precision.
public struct NodeImage: Sendable {
    private struct Part: Sendable {
        let offset: Int
        let values: NumericArray.Values
    }

    private var parts: [Part] = []
    public private(set) var size = 0

    /// Numbers begin where any type may.
    private static let alignment = 64

    /// - Returns: nil for what has no values in memory.
    public init?(_ source: DataSource) {
        for dataset in source.datasets {
            // What a table says beside its values goes with these.
            guard dataset.table.isOfNumbers else { return nil }
            switch dataset.values {
            case .levels(let bytes, _): append(.uint8(bytes))
            case .floats(let floats): append(.float32(floats))
            case .stored: return nil
            }
            if let precise = dataset.precise { append(.float64(precise)) }
        }
        guard size > 0 else { return nil }
    }

    private mutating func append(_ values: NumericArray.Values) {
        parts.append(Part(offset: size, values: values))
        let end = size + values.count * values.type.size
        size = (end + Self.alignment - 1) / Self.alignment * Self.alignment
    }

    /// Some of the bytes.
    public func bytes(in range: Range<Int>) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        for part in parts {
            let overlap = range.clamped(to: part.offset..<part.offset + part.values.count * part.values.type.size)
            guard !overlap.isEmpty else { continue }
            let own = part.values.bytes(in: overlap.lowerBound - part.offset..<overlap.upperBound - part.offset)
            bytes.replaceSubrange(overlap.lowerBound - range.lowerBound..<overlap.upperBound - range.lowerBound, with: own)
        }
        return bytes
    }
}

extension NumericArray.Values {
    fileprivate func bytes(in range: Range<Int>) -> [UInt8] {
        switch self {
        case .uint8(let values), .bool(let values): Array(values[range])
        case .float32(let values): Self.bytes(values, range)
        case .float64(let values): Self.bytes(values, range)
        case .int32(let values): Self.bytes(values, range)
        case .int64(let values): Self.bytes(values, range)
        }
    }

    private static func bytes<T: BitwiseCopyable>(_ values: [T], _ range: Range<Int>) -> [UInt8] {
        unsafe values.withUnsafeBytes { unsafe Array($0[range]) }
    }
}

extension DataSource {
    /// The source with its values in a file that holds its image.
    /// - Parameter options: how it was read: which parts will be held out, whether moments are asked for.
    public func standing(at path: String, _ options: LoadingOptions) throws(Failure) -> DataSource {
        guard let dataset else { preconditionFailure("a density has no image") }
        var offset = 0
        var standing = try dataset.standing(at: path, &offset, options)
        if let partner = dataset.partner { standing = try standing.paired(with: partner.standing(at: path, &offset, options)) }
        return .dataset(standing)
    }
}

extension Dataset {
    fileprivate func standing(at path: String, _ offset: inout Int, _ options: LoadingOptions) throws(Failure) -> Dataset {
        func rows(_ type: String, size: Int) throws(Failure) -> any NumericRows {
            let place = RowsPlace(path: path, .binary(offset: offset, type: type), shape: [count, shape.count])
            offset = (offset + count * shape.count * size + 63) / 64 * 64
            return try place.open()
        }
        let numbers = levels == nil ? try rows("<f4", size: 4) : try rows("|u1", size: 1)
        let wide = precise == nil ? nil : try rows("<f8", size: 8)
        let layout = RowLayout(width: shape.count)
        let heldOut = try options.heldOut.map { (share) throws(Failure) in try Self.heldOutPlaces(share, of: count, name) }
        let measurement = RowMeasurement(
            name: name, shape: shape, columns: columnNames, levels: levels, heldOut: heldOut, keepsPrecision: precise != nil)
        let found = try measurement.measured(withMoments: options.moments.includes(shape)) { (body) throws(Failure) in
            try numbers.forEachBlock(layout, wide: wide, levels: levels, body)
        }
        guard found.whole.digest == digest else { throw Failure(.software, "\(name): the copy that the ranks of a node share is damaged") }
        let stored = StoredRows(
            numbers, wide: wide, layout, levels: levels, isPrecise: precise != nil, isOfNode: true, limit: options.limit,
            MeasuredFile(path: name, size: numbers.fileSize, modified: 0, reading: options.reading(numbers.type), found))
        var standing = Dataset(
            name: name, shape: shape, stored, labels: labels, columnNames: columnNames, labelName: labelName, notes: notes, losses: losses)
        standing.table = table
        return standing
    }
}

import Failures
import Formats
import FoundationEssentials
import Numerics

extension Dataset {
    /// What precedes the values in the encoded form.
    private struct Description: Codable {
        var name: String
        var shape: ImageShape
        var count: Int
        var levels: Int?
        var hasLabels: Bool
        var columnNames: [String]?
        var labelName: String?
        var notes: [String]
        /// Whether the numbers in double precision stand behind the values.
        var isPrecise: Bool?
        var losses: [PrecisionLoss]?
        /// What a table says beside its values; nil: nothing.
        var table: TableFacts?
        var digest: String
        /// Where the values are found; nil: behind this.
        var stored: StoredDescription?
        /// Bytes of the encoded partner behind everything else.
        var partnerBytes: Int?
    }

    /// Everything as bytes, so that one process can read the data and hand them to others: length of a description (8 bytes), the
    /// description (JSON), labels, values, the numbers in double precision where they are kept, the partner.
    /// - Throws: as reading a row does, of rows that stay in their file.
    public func encoded() throws(Failure) -> [UInt8] {
        let partner = try partner?.encoded() ?? []
        let description = try Description(
            name: name, shape: shape, count: count, levels: levels, hasLabels: labels != nil, columnNames: columnNames,
            labelName: labelName, notes: notes, isPrecise: precise == nil ? nil : true, losses: losses.isEmpty ? nil : losses,
            table: table == TableFacts() ? nil : table, digest: digest, stored: storedDescription,
            partnerBytes: partner.isEmpty ? nil : partner.count)
        guard let json = try? JSONEncoder().encode(description) else { preconditionFailure("a description of data has no JSON") }
        var bytes = NumericArray.Values.int64([Int64(json.count)]).littleEndianBytes + Array(json)
        if let labels { bytes.append(contentsOf: NumericArray.Values.int32(labels).littleEndianBytes) }
        switch values {
        case .levels(let levels, _): bytes.append(contentsOf: levels)
        case .floats(let floats): bytes.append(contentsOf: NumericArray.Values.float32(floats).littleEndianBytes)
        case .stored: break
        }
        if let precise { bytes.append(contentsOf: NumericArray.Values.float64(precise).littleEndianBytes) }
        return bytes + partner
    }

    /// The data that `encoded` gave; their digest is checked.
    /// - Parameter node: where this rank finds the file that the ranks of its node share.
    /// - Throws: what opening the file throws, of rows that are read from it.
    public init(encoded bytes: [UInt8], node: String? = nil) throws(Failure) {
        try self.init(encoded: bytes, node, mayHavePartner: true)
    }

    private init(encoded bytes: [UInt8], _ node: String?, mayHavePartner: Bool) throws(Failure) {
        let damaged = Failure(.data, "data received from another process: expected a description, labels and values, found damage.")
        guard bytes.count >= 8, let length = Self.length(bytes), length <= bytes.count - 8,
            let description = try? JSONDecoder().decode(Description.self, from: Data(bytes[8..<(8 + length)])),
            mayHavePartner || description.partnerBytes == nil
        else { throw damaged }
        let (shape, count) = (description.shape, description.count)
        let labelBytes = NumericArray.count(of: [count, description.hasLabels ? 4 : 0])
        let isPrecise = description.isPrecise == true && description.levels == nil
        let valueBytes = description.stored != nil ? 0 : description.levels == nil ? 4 + (isPrecise ? 8 : 0) : 1
        let total = NumericArray.count(of: [count, shape.height, shape.width, shape.channels, valueBytes])
        guard let total, let labelBytes, count > 0, total > 0 || description.stored != nil, (1...256).contains(description.levels ?? 1),
            case let behind = bytes.count - 8 - length, (0...behind).contains(description.partnerBytes ?? 0),
            case let own = behind - (description.partnerBytes ?? 0), labelBytes <= own, own - labelBytes == total
        else { throw damaged }
        let (labelStart, end) = (8 + length, 8 + length + own)
        let valueStart = labelStart + labelBytes
        var labels: [Int32]?
        if description.hasLabels, case .int32(let read) = NumericArray.Values(.int32, littleEndian: bytes[labelStart..<valueStart]) {
            labels = read
        }
        guard description.columnNames == nil || description.columnNames!.count == shape.count else { throw damaged }
        if let stored = description.stored {
            let rows = try stored.open(at: node)
            let facts = description.table ?? TableFacts()
            guard rows.count == count, facts.isOfNumbers, facts.columns?.width ?? shape.count == shape.count else { throw damaged }
            self.init(
                name: description.name, shape: shape, rows, labels: labels, columnNames: description.columnNames,
                labelName: description.labelName, notes: description.notes, losses: description.losses ?? [])
            table = facts
            if end < bytes.count { self = try paired(with: Dataset(encoded: Array(bytes[end...]), node, mayHavePartner: false)) }
            return
        }
        let valueEnd = isPrecise ? valueStart + (end - valueStart) / 3 : end
        let values: Values =
            if let levels = description.levels {
                .levels(Array(bytes[valueStart..<valueEnd]), levels: levels)
            } else {
                .floats(NumericArray.Values(.float32, littleEndian: bytes[valueStart..<valueEnd]).floats)
            }
        let precise = isPrecise ? NumericArray.Values(.float64, littleEndian: bytes[valueEnd..<end]).doubles : nil
        try self.init(
            name: description.name, shape: shape, values: values, labels: labels, columnNames: description.columnNames,
            labelName: description.labelName, notes: description.notes, precise: precise, losses: description.losses ?? [])
        guard digest == description.digest else { throw damaged }
        if let facts = description.table {
            guard facts.weights?.count ?? count == count, facts.parts?.count ?? count == count,
                facts.columns?.width ?? shape.count == shape.count,
                facts.given.map({ $0.count == count * (facts.columns?.columns.count ?? 0) }) ?? true
            else { throw damaged }
            table = facts
        }
        guard end < bytes.count else { return }
        self = try paired(with: Dataset(encoded: Array(bytes[end...]), node, mayHavePartner: false))
    }

    private static func length(_ bytes: [UInt8]) -> Int? {
        guard case .int64(let lengths) = NumericArray.Values(.int64, littleEndian: bytes[0..<8]), lengths[0] >= 0 else { return nil }
        return Int(lengths[0])
    }
}

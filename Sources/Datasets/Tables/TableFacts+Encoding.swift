import Formats
import FoundationEssentials

extension TableFacts: Codable {
    private enum CodingKeys: String, CodingKey { case columns, classNames, weights, given, parts }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        columns = try container.decodeIfPresent(TableColumns.self, forKey: .columns)
        classNames = try container.decodeIfPresent([String].self, forKey: .classNames)
        weights = try container.decodeIfPresent(Data.self, forKey: .weights).map {
            NumericArray.Values(.float32, littleEndian: Array($0)[...]).floats
        }
        given = try container.decodeIfPresent(Data.self, forKey: .given).flatMap {
            NumericArray.Values(.float64, littleEndian: Array($0)[...]).doubles
        }
        parts = try container.decodeIfPresent(Data.self, forKey: .parts).map { $0.map { RowPart(rawValue: $0) ?? .rest } }
    }

    /// Numbers of rows as bytes: there may be millions.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(columns, forKey: .columns)
        try container.encodeIfPresent(classNames, forKey: .classNames)
        try container.encodeIfPresent(weights.map { Data(NumericArray.Values.float32($0).littleEndianBytes) }, forKey: .weights)
        try container.encodeIfPresent(given.map { Data(NumericArray.Values.float64($0).littleEndianBytes) }, forKey: .given)
        try container.encodeIfPresent(parts.map { Data($0.map(\.rawValue)) }, forKey: .parts)
    }

    /// As text: the same for the same facts. Without parts, which say nothing of rows that were chosen, and what is given of rows.
    var encodedText: String {
        var own = self
        (own.parts, own.given, own.columns) = (nil, nil, columns?.bound)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let bytes = try? encoder.encode(own) else { preconditionFailure("what a table says has no JSON") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

import Formats
import FoundationEssentials

extension TableFacts: Codable {
    private enum CodingKeys: String, CodingKey { case columns, classNames, weights, parts }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        columns = try container.decodeIfPresent(TableColumns.self, forKey: .columns)
        classNames = try container.decodeIfPresent([String].self, forKey: .classNames)
        weights = try container.decodeIfPresent(Data.self, forKey: .weights).map {
            NumericArray.Values(.float32, littleEndian: Array($0)[...]).floats
        }
        parts = try container.decodeIfPresent(Data.self, forKey: .parts).map { $0.map { RowPart(rawValue: $0) ?? .rest } }
    }

    /// Numbers of rows as bytes: there may be millions.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(columns, forKey: .columns)
        try container.encodeIfPresent(classNames, forKey: .classNames)
        try container.encodeIfPresent(weights.map { Data(NumericArray.Values.float32($0).littleEndianBytes) }, forKey: .weights)
        try container.encodeIfPresent(parts.map { Data($0.map(\.rawValue)) }, forKey: .parts)
    }

    /// As text: the same for the same facts. Without parts, which say nothing of rows that were chosen.
    var encodedText: String {
        var own = self
        own.parts = nil
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let bytes = try? encoder.encode(own) else { preconditionFailure("what a table says has no JSON") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

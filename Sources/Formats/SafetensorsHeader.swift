import Failures

/// The header of a safetensors file: which tensor stands where.
///
/// The file is the length of the header (8 bytes, little-endian), the header (JSON, padded with spaces so that the data start at a
/// multiple of 8), the data without gaps. Source: https://github.com/huggingface/safetensors, "Format".
public struct SafetensorsHeader: Hashable, Sendable {
    /// One tensor: its values stand at `range` of the data section, little-endian, last index fastest.
    public struct Tensor: Hashable, Sendable {
        public let name: String
        public let type: NumberType
        public let shape: [Int]
        public let range: Range<Int>

        public var count: Int { range.count / type.size }
    }

    /// The greatest length of a header, as in the reference implementation.
    public static let lengthLimit = 100_000_000

    /// The tensors in the order of their data.
    public let tensors: [Tensor]
    /// Texts that belong to the file.
    public let metadata: [String: String]
    /// Where the data section begins in the file.
    public let dataStart: Int
    private let indices: [String: Int]

    /// The first tensors with their shapes, for messages.
    public var summary: String {
        let known = tensors.prefix(Self.shownTensors).map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
        let rest = tensors.count - Self.shownTensors
        return tensors.isEmpty ? "no tensor" : known + (rest > 0 ? " and \(rest) more" : "")
    }

    private static let shownTensors = 8

    /// The size of the data section.
    public var dataCount: Int { tensors.last?.range.upperBound ?? 0 }
    /// The size of the file.
    public var fileSize: Int { dataStart + dataCount }

    /// The tensor of a name.
    public subscript(name: String) -> Tensor? { indices[name].map { tensors[$0] } }

    /// A header for tensors that follow each other in the given order. Equal arguments give equal bytes.
    public init(_ tensors: [(name: String, type: NumberType, shape: [Int])], metadata: [String: String] = [:]) {
        var end = 0
        let placed = tensors.map { tensor in
            guard let size = NumericArray.byteCount(of: tensor.shape, size: tensor.type.size) else {
                preconditionFailure("the shape \(tensor.shape) of \(tensor.name) has no size")
            }
            defer { end += size }
            return Tensor(name: tensor.name, type: tensor.type, shape: tensor.shape, range: end..<(end + size))
        }
        precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors have the same name")
        precondition(!tensors.contains { $0.name == Self.metadataKey }, "\(Self.metadataKey) is no name for a tensor")
        self.init(placed, metadata, dataStart: 8 + Self.json(placed, metadata).count)
    }

    init(_ tensors: [Tensor], _ metadata: [String: String], dataStart: Int) {
        self.tensors = tensors
        self.metadata = metadata
        self.dataStart = dataStart
        indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    }

    static let metadataKey = "__metadata__"

    /// The beginning of the file, up to the data.
    public var bytes: [UInt8] {
        let json = Self.json(tensors, metadata)
        return rawBytes([UInt64(json.count)]) + json
    }

    /// The JSON text with its padding: metadata with sorted keys, then the tensors in the order of their data.
    private static func json(_ tensors: [Tensor], _ metadata: [String: String]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\(quoted(metadataKey)):{\(texts.joined(separator: ","))}")
        }
        for tensor in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let offsets = "\(tensor.range.lowerBound),\(tensor.range.upperBound)"
            members.append(
                "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]}")
        }
        let text = Array("{\(members.joined(separator: ","))}".utf8)
        return text + [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

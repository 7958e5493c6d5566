import Failures
import Numerics

/// What a network knows beside x, row by row (`Workspace.condition`), and how that becomes a part of its input.
///
/// In JSON an object with the key `kind`: `{"kind": "planes", "channels": 1}`, `{"kind": "labels", "classes": 10, "channels": 1}`,
/// `{"kind": "image", "height": 28, "width": 28, "channels": 1}`, `{"kind": "noise", "beside": {"kind": "labels", "classes": 10, "channels": 1}}`.
public indirect enum ConditionDescription: Hashable, Sendable {
    /// So many values for every pixel of x (for a vector: so many values), as channels behind its own: a noise level, a mask, an image.
    case planes(Int)
    /// A class, as one whole number from 0 to classes - 1: its row of a trained table, as `torch.nn.Embedding(classes, height · width ·
    /// channels)`, as channels behind those of x.
    case labels(classes: Int, channels: Int)
    /// An image beside a vector x (a latent vector): the values of x are channels of every pixel, in front of the image's own.
    case image(ImageShape)
    /// A noise level, one value for every pixel of x, and behind it what else is known of a row: planes or a class.
    case noise(beside: ConditionDescription)

    /// Whether one value for every pixel, which may be a noise level, stands first.
    var beginsWithNoise: Bool {
        switch self {
        case .planes(let channels): channels == 1
        case .noise: true
        case .labels, .image: false
        }
    }
}

extension ConditionDescription: Codable {
    private enum Key: String, CodingKey, CaseIterable { case kind, classes, channels, height, width, beside }

    private var kind: String {
        switch self {
        case .planes: "planes"
        case .labels: "labels"
        case .image: "image"
        case .noise: "noise"
        }
    }

    /// - Throws: `Failure(.configuration)` for an unknown kind or key, for a missing key and for a value that is no whole number.
    public init(from decoder: any Decoder) throws {
        let fields = try ConditionFields(decoder)
        switch fields.kind {
        case "planes":
            try fields.allow("channels")
            self = .planes(try fields.integer("channels"))
        case "labels":
            try fields.allow("classes", "channels")
            self = .labels(classes: try fields.integer("classes"), channels: try fields.integer("channels"))
        case "image":
            try fields.allow("height", "width", "channels")
            self = .image(
                ImageShape(
                    height: try fields.integer("height"), width: try fields.integer("width"), channels: try fields.integer("channels")))
        case "noise":
            try fields.allow("beside")
            self = .noise(beside: try fields.condition("beside"))
        default:
            let kinds = ["image", "labels", "noise", "planes"]
            throw Failure(
                .configuration,
                "condition: unknown kind \"\(fields.kind)\".\(Spelling.hint(for: fields.kind, in: kinds)) "
                    + "Known kinds: \(kinds.joined(separator: ", "))")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .kind)
        switch self {
        case .planes(let channels):
            try container.encode(channels, forKey: .channels)
        case .labels(let classes, let channels):
            try container.encode(classes, forKey: .classes)
            try container.encode(channels, forKey: .channels)
        case .image(let shape):
            try container.encode(shape.height, forKey: .height)
            try container.encode(shape.width, forKey: .width)
            try container.encode(shape.channels, forKey: .channels)
        case .noise(let other): try container.encode(other, forKey: .beside)
        }
    }
}

/// The object of a condition while it is read.
private struct ConditionFields {
    private let container: KeyedDecodingContainer<LayerKey>
    let kind: String

    init(_ decoder: any Decoder) throws(Failure) {
        do {
            container = try decoder.container(keyedBy: LayerKey.self)
            kind = try container.decode(String.self, forKey: "kind")
        } catch {
            throw Failure(.configuration, "condition: expected an object with a \"kind\", such as {\"kind\": \"planes\", \"channels\": 1}")
        }
    }

    /// Refuses every key that is neither `kind` nor one of the given ones.
    func allow(_ known: String...) throws(Failure) {
        let unknown = container.allKeys.map(\.stringValue).filter { $0 != "kind" && !known.contains($0) }.sorted()
        guard let key = unknown.first else { return }
        throw Failure(
            .configuration,
            "condition (\(kind)): unknown key \"\(key)\".\(Spelling.hint(for: key, in: known)) Known keys: \(known.joined(separator: ", "))"
        )
    }

    func integer(_ key: LayerKey) throws(Failure) -> Int {
        do {
            return try container.decode(Int.self, forKey: key)
        } catch {
            throw Failure(.configuration, "condition (\(kind)): \"\(key.stringValue)\" must be there, a whole number")
        }
    }

    func condition(_ key: LayerKey) throws(Failure) -> ConditionDescription {
        do {
            return try container.decode(ConditionDescription.self, forKey: key)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.configuration, "condition (\(kind)): \"\(key.stringValue)\" must be there, another condition")
        }
    }
}

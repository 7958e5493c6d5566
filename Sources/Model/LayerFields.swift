import Failures

/// A key of an object in a description, whatever its name: unknown keys must be seen to be refused.
struct LayerKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { nil }
}

/// The object of one layer while it is read: every complaint names the layer's place and kind.
struct LayerFields {
    let container: KeyedDecodingContainer<LayerKey>
    let place: String
    let kind: String

    init(_ decoder: any Decoder) throws(Failure) {
        // 3.layers.0: the first layer within a residual one
        let path = decoder.codingPath.drop { $0.intValue == nil }.map { $0.intValue.map(String.init) ?? $0.stringValue }
        let layer = path.isEmpty ? "a layer" : "layer \(path.joined(separator: "."))"
        do {
            container = try decoder.container(keyedBy: LayerKey.self)
            kind = try container.decode(String.self, forKey: "kind")
        } catch {
            throw Failure(
                .configuration, "\(layer): expected an object with a \"kind\", such as {\"kind\": \"dense\", \"outputs\": 128}")
        }
        place = "\(layer) (\(kind))"
    }

    /// Refuses every key that is neither `kind` nor one of the given ones.
    func allow(_ known: String...) throws(Failure) {
        let unknown = container.allKeys.map(\.stringValue).filter { $0 != "kind" && !known.contains($0) }.sorted()
        guard let key = unknown.first else { return }
        guard !known.isEmpty else { throw Failure(.configuration, "\(place): unknown key \"\(key)\"; this kind has no keys of its own") }
        let list = known.joined(separator: ", ")
        throw Failure(
            .configuration, "\(place): unknown key \"\(key)\".\(Spelling.hint(for: key, in: known)) Known keys: \(list)")
    }

    func required<Value: Decodable>(_ key: LayerKey) throws(Failure) -> Value {
        guard let value: Value = try optional(key) else {
            throw Failure(.configuration, "\(place): the key \"\(key.stringValue)\" is missing")
        }
        return value
    }

    func optional<Value: Decodable>(_ key: LayerKey) throws(Failure) -> Value? {
        do {
            return try container.decodeIfPresent(Value.self, forKey: key)
        } catch let failure as Failure {
            // of a layer within this one
            throw failure
        } catch {
            let expected =
                Value.self == Int.self ? "a whole number" : Value.self == [LayerDescription].self ? "a list of layers" : "a number"
            throw Failure(.configuration, "\(place): \"\(key.stringValue)\" must be \(expected)")
        }
    }

    func unknownKind() -> Failure {
        let kinds = LayerDescription.kinds
        return Failure(
            .configuration,
            "\(place): unknown kind \"\(kind)\".\(Spelling.hint(for: kind, in: kinds)) "
                + "Known kinds: \(kinds.joined(separator: ", "))")
    }
}

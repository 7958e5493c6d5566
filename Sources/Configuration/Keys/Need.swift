import Formats

/// Values of other keys without which a key has no effect. It reads itself out: in refusals, in `help KEY`, in the table of the documentation.
public indirect enum Need: Hashable, Sendable {
    case always
    /// A choice is one of these words.
    case isOneOf(String, [String])
    case isOn(String)
    case isOff(String)
    case isAbove(String, Int)
    case isNull(String)
    /// A number is there.
    case isGiven(String)
    /// A list has no entries.
    case isEmpty(String)
    case isNotEmpty(String)
    case all([Need])
    case any([Need])
}

extension Need {
    /// Both, in as few words as possible.
    static func both(_ first: Need, _ second: Need) -> Need {
        let parts = [first, second].flatMap { (need: Need) -> [Need] in if case .all(let parts) = need { parts } else { [need] } }
            .filter { $0 != Need.always }
        var different: [Need] = []
        for part in parts where !different.contains(part) { different.append(part) }
        return different.isEmpty ? .always : different.count == 1 ? different[0] : .all(different)
    }

    /// One of several: words of one choice are listed together.
    static func either(_ needs: [Need]) -> Need {
        guard !needs.contains(.always) else { return .always }
        var parts: [Need] = []
        for need in needs {
            if case .isOneOf(let path, let words) = need,
                let place = parts.firstIndex(where: { if case .isOneOf(path, _) = $0 { true } else { false } }),
                case .isOneOf(_, let earlier) = parts[place]
            {
                parts[place] = .isOneOf(path, earlier + words)
            } else {
                parts.append(need)
            }
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }
}

extension Need {
    /// - Parameter value: of a key, by its path.
    func holds(_ value: (String) -> JSONValue) -> Bool {
        switch self {
        case .always: true
        case .isOneOf(let path, let words): if case .string(let word) = value(path) { words.contains(word) } else { false }
        case .isOn(let path): value(path) == .boolean(true)
        case .isOff(let path): value(path) == .boolean(false)
        case .isAbove(let path, let bound): (value(path).number ?? 0) > Double(bound)
        case .isNull(let path): value(path) == .null
        case .isGiven(let path): value(path) != .null
        case .isEmpty(let path): value(path) == .array([])
        case .isNotEmpty(let path): value(path) != .array([])
        case .all(let parts): parts.allSatisfy { $0.holds(value) }
        case .any(let parts): parts.contains { $0.holds(value) }
        }
    }

    /// The keys in it that stand in the way, in order.
    func failing(_ value: (String) -> JSONValue) -> [String] {
        guard !holds(value) else { return [] }
        switch self {
        case .always: return []
        case .isOneOf(let path, _), .isOn(let path), .isOff(let path), .isAbove(let path, _), .isNull(let path), .isGiven(let path),
            .isEmpty(let path), .isNotEmpty(let path):
            return [path]
        case .all(let parts), .any(let parts):
            return parts.flatMap { $0.failing(value) }.reduce(into: []) { paths, path in if !paths.contains(path) { paths.append(path) } }
        }
    }

    /// What of it is not met.
    package func unmet(_ value: (String) -> JSONValue) -> Need {
        guard case .all(let parts) = self else { return holds(value) ? .always : self }
        return parts.filter { !$0.holds(value) }.reduce(.always, Need.both)
    }

    /// All keys in it.
    package var paths: Set<String> {
        switch self {
        case .always: []
        case .isOneOf(let path, _), .isOn(let path), .isOff(let path), .isAbove(let path, _), .isNull(let path), .isGiven(let path),
            .isEmpty(let path), .isNotEmpty(let path):
            [path]
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.paths) }
        }
    }

    /// Values of keys with which it holds, the ways in order.
    package var ways: [[String: JSONValue]] {
        switch self {
        case .always: [[:]]
        case .isOneOf(let path, let words): words.map { [path: .string($0)] }
        case .isOn(let path): [[path: .boolean(true)]]
        case .isOff(let path): [[path: .boolean(false)]]
        case .isAbove(let path, let bound): [[path: .integer(bound + 1)]]
        case .isNull(let path): [[path: .null]]
        case .isGiven(let path): [[path: ConfigurationKey.named(path).map { $0.standard == .null ? .integer(1) : $0.standard } ?? .null]]
        case .isEmpty(let path): [[path: .array([])]]
        // Of the lists only that of the temperatures is asked for entries.
        case .isNotEmpty(let path): [[path: .array([.integer(1), .integer(2)])]]
        case .any(let parts): parts.flatMap(\.ways)
        case .all(let parts):
            parts.reduce([[:]]) { ways, part in
                ways.flatMap { way in part.ways.compactMap { Need.joined(way, $0) } }
            }
        }
    }

    /// Nil where the two contradict each other.
    private static func joined(_ first: [String: JSONValue], _ second: [String: JSONValue]) -> [String: JSONValue]? {
        guard second.allSatisfy({ first[$0.key] == nil || first[$0.key] == $0.value }) else { return nil }
        return first.merging(second) { own, _ in own }
    }

    /// `sampler.kind = "stanley" and sampler.preset = null`
    public var words: String {
        switch self {
        case .always: "nothing"
        case .isOneOf(let path, let words): Need.words(path, words)
        case .isOn(let path): "\(path) = true"
        case .isOff(let path): "\(path) = false"
        case .isAbove(let path, let bound): "\(path) above \(bound)"
        case .isNull(let path): "\(path) = null"
        case .isGiven(let path): "\(path) other than null"
        case .isEmpty(let path): "\(path) = []"
        case .isNotEmpty(let path): "\(path) other than []"
        case .all(let parts):
            parts.map { if case .any = $0 { "(\($0.words))" } else { $0.words } }.joined(separator: " and ")
        case .any(let parts): parts.map(\.words).joined(separator: ", or ")
        }
    }

    /// The words of a choice, or the others where these are fewer.
    private static func words(_ path: String, _ words: [String]) -> String {
        guard case .choice(let all)? = ConfigurationKey.named(path)?.rule, all.count > 3 else {
            return "\(path) = \(ConfigurationKey.list(words))"
        }
        let others = all.filter { !words.contains($0) }
        guard !others.isEmpty else { return "\(path) other than null" }
        return others.count < words.count / 2
            ? "\(path) other than \(ConfigurationKey.list(others))" : "\(path) = \(ConfigurationKey.list(words))"
    }
}

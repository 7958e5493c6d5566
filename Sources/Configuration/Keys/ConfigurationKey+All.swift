import Formats

extension ConfigurationKey {
    /// All keys in the order in which they are declared and printed: the properties of the groups of ``RunConfiguration``.
    public static let all: [ConfigurationKey] = Mirror(reflecting: RunConfiguration()).children.flatMap { group -> [ConfigurationKey] in
        guard let name = group.label, let keys = group.value as? any KeyGroup else { return [] }
        return rows(of: keys, named: name)
    }

    /// What groups need, by their names; groups that always count are not in it.
    static let groupNeeds: [String: Need] = Dictionary(
        uniqueKeysWithValues: Mirror(reflecting: RunConfiguration()).children.compactMap { group in
            guard let name = group.label, let keys = group.value as? any KeyGroup, type(of: keys).needs != .always else { return nil }
            return (name, type(of: keys).needs)
        })

    private static func rows<Group: KeyGroup>(of group: Group, named name: String) -> [ConfigurationKey] {
        members(of: group).compactMap { $0.key.row("\(name).\($0.name)", groupNeeds: Group.needs) }
    }

    /// The keys of a group with their names. A property with a wrapper is stored under its name with `_` in front.
    static func members(of group: Any) -> [(name: String, key: any AnyKey)] {
        Mirror(reflecting: group).children.compactMap { child in
            guard let label = child.label, label.hasPrefix("_"), let key = child.value as? any AnyKey else { return nil }
            return (String(label.dropFirst()), key)
        }
    }
}

extension RunConfiguration {
    /// The value of a key.
    package subscript(path: String) -> JSONValue {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let group = Mirror(reflecting: self).descendant(parts[0]) else { return .null }
        return (Mirror(reflecting: group).descendant("_" + parts[1]) as? any AnyKey)?.json ?? .null
    }

    /// Whether a need is met.
    package func meets(_ need: Need) -> Bool { need.holds { self[$0] } }

    /// Whether a key counts beside the values of the others.
    package func uses(_ path: String) -> Bool { ConfigurationKey.named(path).map { meets($0.needs) } ?? false }
}

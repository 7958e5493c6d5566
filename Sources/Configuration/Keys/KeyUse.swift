/// A key that a kernel or an objective uses.
package struct KeyUse: ExpressibleByStringLiteral, Sendable {
    /// Of a key, or the name of a whole group.
    package let path: String
    /// Beside which values of other keys.
    let when: Need

    init(_ path: String, when: Need) { (self.path, self.when) = (path, when) }

    package init(stringLiteral path: String) { self.init(path, when: .always) }

    func covers(_ key: String) -> Bool { path == key || key.hasPrefix(path + ".") }
}

/// A method that a configuration chooses by a word, with the keys that it uses.
///
/// The declaration of a method is the value of the key that chooses it: whoever asks what the method is asks the value.
package protocol Kind: Choice, Hashable, CustomStringConvertible {
    /// The key that chooses it.
    static var path: String { get }
    static var all: [Self] { get }
    var keys: [KeyUse] { get }
    /// What it was called in earlier versions.
    var formerly: String? { get }
}

extension Kind {
    public static var allCases: [Self] { all }

    public var description: String { rawValue }

    public var formerly: String? { nil }

    public static var formerWords: [String: String] {
        Dictionary(uniqueKeysWithValues: all.compactMap { kind in kind.formerly.map { ($0, kind.rawValue) } })
    }

    public init?(rawValue: String) {
        guard let kind = Self.all.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = kind
    }

    public static func == (first: Self, second: Self) -> Bool { first.rawValue == second.rawValue }

    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    /// What a key needs that methods list: one of them, beside what it says; nothing for other keys.
    static func needs(of key: String) -> Need {
        // Methods that use it beside the same values are named together.
        var uses: [(when: Need, kinds: [Self])] = []
        for kind in all {
            guard let use = kind.keys.first(where: { $0.covers(key) }) else { continue }
            if let place = uses.firstIndex(where: { $0.when == use.when }) {
                uses[place].kinds.append(kind)
            } else {
                uses.append((use.when, [kind]))
            }
        }
        return uses.isEmpty ? .always : .either(uses.map { .both($0.kinds.count == all.count ? .always : need($0.kinds), $0.when) })
    }

    /// A method that has a property.
    static func need(_ isThat: (Self) -> Bool) -> Need { need(all.filter(isThat)) }

    static func need(_ kinds: [Self]) -> Need { .isOneOf(path, kinds.map(\.rawValue)) }
}

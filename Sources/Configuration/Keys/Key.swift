import Formats

/// One key of the configuration, declared where its value stands: the property's name is the key's, its initial value the default.
///
///     @Key("a: how far a transition follows the gradient", .positive) public var stepSize = 1.0
///
/// Parsing, ranges, `--defaults`, `help KEY`, the table in `Documentation/Configuration.md`, what a continued run may change and the refusal of keys
/// without effect follow from the declaration: ``ConfigurationKey/all``.
@propertyWrapper
public struct Key<Value: KeyValue>: Codable, Hashable, Sendable {
    public var wrappedValue: Value
    /// Nil where the value was read: the defaults know what stands for their key.
    fileprivate let declaration: KeyDeclaration?

    /// - Parameters:
    ///   - meaning: one line for the person who edits a configuration.
    ///   - allowed: the range of a number, the form of a text.
    ///   - needs: values of other keys without which this one has no effect.
    ///   - standsAlone: whether it counts where its group does not.
    ///   - later: what a continued run may do with it.
    ///   - bindsAtDefault: whether its default is part of what a checkpoint is bound to. False for keys that came later: runs of programs without them
    ///     have just that value.
    ///   - formerly: its former paths, the first one first.
    init(
        wrappedValue: Value, _ meaning: String, _ allowed: Value.Allowed, needs: Need = .always, standsAlone: Bool = false,
        later: ConfigurationKey.Continuation = .fixed, bindsAtDefault: Bool = true, formerly: String...
    ) {
        self.wrappedValue = wrappedValue
        declaration = KeyDeclaration(
            meaning: meaning, rule: Value.rule(allowed), needs: needs, standsAlone: standsAlone, continuation: later,
            bindsAtDefault: bindsAtDefault, formerly: formerly)
    }

    public init(from decoder: any Decoder) throws {
        wrappedValue = try decoder.singleValueContainer().decode(Value.self)
        declaration = nil
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }

    public static func == (first: Key, second: Key) -> Bool { first.wrappedValue == second.wrappedValue }

    public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Key where Value.Allowed == Anything {
    init(
        wrappedValue: Value, _ meaning: String, needs: Need = .always, later: ConfigurationKey.Continuation = .fixed,
        bindsAtDefault: Bool = true, formerly: String...
    ) {
        self.wrappedValue = wrappedValue
        declaration = KeyDeclaration(
            meaning: meaning, rule: Value.rule(Anything()), needs: needs, standsAlone: false, continuation: later,
            bindsAtDefault: bindsAtDefault,
            formerly: formerly)
    }
}

/// What is said of a key beside its name, type and default. A class, so that a configuration has one pointer a key to carry.
final class KeyDeclaration: Sendable {
    let meaning: String
    let rule: ConfigurationKey.Rule
    let needs: Need
    let standsAlone: Bool
    let continuation: ConfigurationKey.Continuation
    let bindsAtDefault: Bool
    let formerly: [String]

    init(
        meaning: String, rule: ConfigurationKey.Rule, needs: Need, standsAlone: Bool, continuation: ConfigurationKey.Continuation,
        bindsAtDefault: Bool, formerly: [String]
    ) {
        (self.meaning, self.rule, self.needs, self.standsAlone) = (meaning, rule, needs, standsAlone)
        (self.continuation, self.bindsAtDefault, self.formerly) = (continuation, bindsAtDefault, formerly)
    }
}

/// A key of any type, as reflection finds it.
protocol AnyKey {
    var json: JSONValue { get }
    /// The row of `ConfigurationKey.all`; nil for a value that was read.
    func row(_ path: String, groupNeeds: Need) -> ConfigurationKey?
}

extension Key: AnyKey {
    var json: JSONValue { wrappedValue.json }

    func row(_ path: String, groupNeeds: Need) -> ConfigurationKey? {
        guard let declaration else { return nil }
        return ConfigurationKey(
            path: path, declaration, optional: Value.isOptional, standard: json, formerWords: Value.formerWords, groupNeeds: groupNeeds)
    }
}

/// A group of keys: a property of ``RunConfiguration``.
protocol KeyGroup: Codable, Hashable, Sendable {
    /// What all keys of the group need.
    static var needs: Need { get }
}

extension KeyGroup {
    static var needs: Need { .always }
}

import Formats

/// A type that the value of a key may have.
public protocol KeyValue: Codable, Hashable, Sendable {
    /// What a declaration says about the values that are allowed.
    associatedtype Allowed = Anything
    static func rule(_ allowed: Allowed) -> ConfigurationKey.Rule
    static var isOptional: Bool { get }
    /// Words that stood for a value in earlier versions, with those of today.
    static var formerWords: [String: String] { get }
    var json: JSONValue { get }
}

extension KeyValue {
    public static var isOptional: Bool { false }
    public static var formerWords: [String: String] { [:] }
}

/// Every value of the type is allowed.
public struct Anything: Sendable {}

/// A few words to choose from: the enumerations of the libraries serve as they are.
public protocol Choice: KeyValue, CaseIterable, RawRepresentable where RawValue == String, Allowed == Anything {}

extension Choice {
    public static func rule(_: Anything) -> ConfigurationKey.Rule { .choice(allCases.map(\.rawValue)) }
    public var json: JSONValue { .string(rawValue) }
}

extension Bool: KeyValue {
    public static func rule(_: Anything) -> ConfigurationKey.Rule { .flag }
    public var json: JSONValue { .boolean(self) }
}

extension Int: KeyValue {
    public static func rule(_ allowed: ClosedRange<Int>) -> ConfigurationKey.Rule { .integer(allowed) }
    public var json: JSONValue { .integer(self) }
}

extension UInt64: KeyValue {
    public static func rule(_ allowed: ClosedRange<Int>) -> ConfigurationKey.Rule { .integer(allowed) }
    public var json: JSONValue { Int(exactly: self).map { .integer($0) } ?? .number(Double(self)) }
}

extension Double: KeyValue {
    public static func rule(_ allowed: NumberRange) -> ConfigurationKey.Rule { .number(allowed) }
    public var json: JSONValue { .number(self) }
}

extension String: KeyValue {
    /// The form of a text.
    public enum Form: Sendable {
        /// A word that can be the name of a folder.
        case name
        /// Not empty and without control characters.
        case text
    }

    public static func rule(_ allowed: Form) -> ConfigurationKey.Rule { allowed == .name ? .name : .text }
    public var json: JSONValue { .string(self) }
}

extension Optional: KeyValue where Wrapped: KeyValue {
    public static func rule(_ allowed: Wrapped.Allowed) -> ConfigurationKey.Rule { Wrapped.rule(allowed) }
    public static var isOptional: Bool { true }
    public static var formerWords: [String: String] { Wrapped.formerWords }
    public var json: JSONValue { self?.json ?? .null }
}

/// What a list may hold.
public protocol ListEntry: Codable, Hashable, Sendable {
    associatedtype AllowedEntry = Anything
    static func listRule(_ allowed: AllowedEntry) -> ConfigurationKey.Rule
    var json: JSONValue { get }
}

extension Array: KeyValue where Element: ListEntry {
    public static func rule(_ allowed: Element.AllowedEntry) -> ConfigurationKey.Rule { Element.listRule(allowed) }
    public var json: JSONValue { .array(map(\.json)) }
}

extension Int: ListEntry {
    public static func listRule(_ allowed: ClosedRange<Int>) -> ConfigurationKey.Rule { .integers(allowed) }
}

extension Double: ListEntry {
    public static func listRule(_ allowed: NumberRange) -> ConfigurationKey.Rule { .numbers(allowed) }
}

extension String: ListEntry {
    public static func listRule(_: Anything) -> ConfigurationKey.Rule { .texts }
}

extension JSONValue: ListEntry {
    public static func listRule(_: Anything) -> ConfigurationKey.Rule { .layers }
    public var json: JSONValue { self }
}

import Failures
import Foundation

/// A configuration as a flat table from `group.key` to value: what files and arguments are laid over.
package struct ConfigurationValues: Equatable {
    private(set) var values: [String: JSONValue]

    package subscript(path: String) -> JSONValue { values[path] ?? .null }

    /// The values of a typed configuration. A key that is `nil` is left out by the encoder and becomes `null` here.
    package init(_ configuration: RunConfiguration) throws(Failure) {
        let encoder = JSONEncoder()
        // Not a number is no JSON; as texts they are refused by the rule of their key, with its name.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        let bytes: Foundation.Data
        do { bytes = try encoder.encode(configuration) } catch {
            throw Failure(.software, "the configuration cannot be written: \(error)")
        }
        values = [:]
        guard case .object(let groups) = try JSON5Parser.parse([UInt8](bytes), name: "configuration") else { return }
        for (group, content) in groups {
            guard case .object(let members) = content else { continue }
            for (name, value) in members { values["\(group).\(name)"] = value }
        }
        for key in ConfigurationKey.all where values[key.path] == nil { values[key.path] = .null }
    }

    /// The typed configuration; the values have been checked.
    func typed() throws(Failure) -> RunConfiguration {
        var groups: [String: [String: JSONValue]] = [:]
        for key in ConfigurationKey.all { groups[key.group, default: [:]][key.name] = self[key.path] }
        let text = JSONValue.object(groups.mapValues { .object($0) }).text
        do { return try JSONDecoder().decode(RunConfiguration.self, from: Foundation.Data(text.utf8)) } catch {
            throw Failure(.software, "a checked configuration cannot be read: \(error)")
        }
    }

    /// Sets the keys that are not `given`.
    mutating func fill(_ chosen: [String: JSONValue], except given: Set<String>) throws(Failure) {
        for (path, value) in chosen where !given.contains(path) {
            guard let key = ConfigurationKey.named(path) else { throw Failure(.software, "a value was chosen for the unknown key \(path)") }
            values[path] = try key.checked(value, origin: "chosen by the data")
        }
    }

    /// Checks every value and puts it into its one form.
    mutating func check(origin: String) throws(Failure) {
        for key in ConfigurationKey.all { values[key.path] = try key.checked(self[key.path], origin: origin) }
    }
}

// MARK: - Overlay

extension ConfigurationValues {
    /// Lays a file's content over the values; returns the paths that it sets.
    mutating func overlay(file: JSONValue, origin: String, leavingOut former: Set<String> = []) throws(Failure) -> Set<String> {
        guard case .object(let groups) = file else {
            throw Failure(.configuration, "\(origin): expected groups in { }, found \(file.summary)")
        }
        var given: Set<String> = []
        for (group, content) in groups.sorted(by: { $0.key < $1.key }) {
            // One spelling a key: with two, a file could set the same key twice.
            if let key = ConfigurationKey.named(group) {
                throw Failure(.configuration, "\(origin): write \"\(group)\" in its group: \(key.group): { \(key.name): … }")
            }
            given.formUnion(try overlay(group, content, origin: origin, leavingOut: former))
        }
        return given
    }

    /// Lays `key=value` arguments over the values, the last one of a key wins; returns the paths that they set.
    mutating func overlay(arguments: [String]) throws(Failure) -> Set<String> {
        let origin = "command line"
        var given: Set<String> = []
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
                throw Failure(.usage, "\(origin): expected key=value, found \(JSONValue.string(argument).text)")
            }
            let path = String(argument[..<equals])
            let text = String(argument[argument.index(after: equals)...])
            given.formUnion(try overlay(path, ConfigurationValues.fragment(text, for: path), origin: origin))
        }
        return given
    }

    /// The value that a text on the command line means: JSON5 where it is that, else the text itself. Where a key wants a text, 2024 is one.
    private static func fragment(_ text: String, for path: String) -> JSONValue {
        let rule = ConfigurationKey.named(path)?.rule
        guard let value = parsed(text) else { return spelled(text, for: rule) }
        guard case .string = value else {
            switch rule {
            case .name, .text: return .string(text)
            case .texts: if case .array = value { return value } else { return spelled(text, for: rule) }
            default: return value
            }
        }
        return value
    }

    private static func parsed(_ text: String) -> JSONValue? { try? JSON5Parser.parse(Array(text.utf8), name: "command line") }

    /// What a shell leaves of a list (`64,32`, `[width,height]`), and Python's words for JSON's; else the text itself.
    private static func spelled(_ text: String, for rule: ConfigurationKey.Rule?) -> JSONValue {
        switch rule {
        case .integers, .numbers: return parsed("[\(text)]") ?? .string(text)
        case .texts where !text.isEmpty:
            let inside = text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text[...]
            let parts = inside.split(separator: ",", omittingEmptySubsequences: false)
            return .array(parts.map { .string(String($0.trimmingPrefix { $0 == " " })) })
        case .flag, .integer, .number: return ["True": .boolean(true), "False": .boolean(false), "None": .null][text] ?? .string(text)
        default: return .string(text)
        }
    }

    /// Sets one key, or a group of keys.
    private mutating func overlay(
        _ path: String, _ value: JSONValue, origin: String, leavingOut former: Set<String> = []
    ) throws(Failure) -> Set<String> {
        if let key = ConfigurationKey.named(path), path.contains(".") {
            values[path] = try key.checked(value, origin: origin)
            return [path]
        }
        guard ConfigurationKey.all.contains(where: { $0.group == path }) else {
            guard case .object(let members) = value, let first = members.keys.min() else {
                throw ConfigurationValues.unknown(path, origin: origin)
            }
            throw ConfigurationValues.unknown("\(path).\(first)", origin: origin)
        }
        guard case .object(let members) = value else {
            let main = ["kind", "source", "every"].lazy.compactMap { ConfigurationKey.named("\(path).\($0)") }.first
            let hint = main.map { "; the key may be \($0.path)" } ?? ""
            throw Failure(.configuration, "\(origin): \(path): expected a group such as \(path): { }, found \(value.summary)\(hint)")
        }
        var given: Set<String> = []
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            let inner = "\(path).\(name)"
            if former.contains(inner) { continue }
            guard ConfigurationKey.named(inner) != nil else { throw ConfigurationValues.unknown(inner, origin: origin) }
            given.formUnion(try overlay(inner, member, origin: origin))
        }
        return given
    }

    private static func unknown(_ path: String, origin: String) -> Failure {
        let shown = JSONValue.string(path.count > 100 ? path.prefix(100) + "…" : path).text
        return Failure(
            .configuration,
            "\(origin): unknown key \(shown); \(ConfigurationKey.hint(for: path)); ebm-dist config --defaults lists all keys")
    }
}

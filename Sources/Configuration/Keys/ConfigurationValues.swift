import Failures
import Formats
import Foundation

/// A configuration as a flat table from `group.key` to value: what files and arguments are laid over.
package struct ConfigurationValues: Equatable {
    private(set) var values: [String: JSONValue]

    package subscript(path: String) -> JSONValue { values[path] ?? .null }

    /// The values of a typed configuration.
    package init(_ configuration: RunConfiguration) {
        values = [:]
        for group in Mirror(reflecting: configuration).children {
            guard let label = group.label else { continue }
            for (name, key) in ConfigurationKey.members(of: group.value) { values["\(label).\(name)"] = key.json }
        }
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

    /// Sets a key; the value must be checked.
    mutating func set(_ path: String, _ value: JSONValue) { values[path] = value }

    /// Sets the keys that are not `given`.
    mutating func fill(_ chosen: [String: JSONValue], except given: Set<String>) throws(Failure) {
        for (path, value) in chosen where !given.contains(path) {
            guard let key = ConfigurationKey.named(path) else { throw Failure(.software, "a value was chosen for the unknown key \(path)") }
            values[path] = try key.checked(value, origin: "chosen by the data")
        }
    }

    /// Whether a need is met.
    func meet(_ need: Need) -> Bool { need.holds { self[$0] } }

    /// Checks every value and puts it into its one form.
    mutating func check(origin: String) throws(Failure) {
        for key in ConfigurationKey.all { values[key.path] = try key.checked(self[key.path], origin: origin) }
    }
}

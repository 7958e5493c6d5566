import Failures
import Formats

/// What a file, or the command line, sets: values by path, each in the one form of its key and in the words of today.
struct ConfigurationLayer {
    /// The file's name, or "command line".
    let origin: String
    private(set) var values: [String: JSONValue] = [:]
    /// What it calls by a former name, and what that is called now.
    private(set) var renamings: [String] = []

    var given: Set<String> { Set(values.keys) }

    /// Forgets a key.
    mutating func drop(_ path: String) { values[path] = nil }

    mutating func set(_ path: String, _ value: JSONValue) { values[path] = value }
}

// MARK: - Files

extension ConfigurationLayer {
    /// Keys that run folders of earlier versions have, and that are no more.
    private static let gone: Set = ["objective.scaledByNoise"]

    /// - Parameter isStored: whether the file is that of a run folder, which an earlier version may have written.
    init(file: [UInt8], name: String, isStored: Bool) throws(Failure) {
        origin = name
        let content = try JSON5Parser.parse(file, name: name)
        guard case .object(let groups) = content else {
            throw Failure(.configuration, "\(origin): expected groups in { }, found \(content.summary)")
        }
        for (group, content) in groups.sorted(by: { $0.key < $1.key }) {
            // One spelling a key: with two, a file could set the same key twice.
            if let key = ConfigurationKey.named(group) {
                throw Failure(.configuration, "\(origin): write \"\(group)\" in its group: \(key.group): { \(key.name): … }")
            }
            try add(group, content, leavingOut: isStored ? Self.gone : [], isFile: true)
        }
    }

    /// Adds one key, or a group of keys.
    private mutating func add(_ path: String, _ value: JSONValue, leavingOut gone: Set<String> = [], isFile: Bool) throws(Failure) {
        if path.contains("."), let key = ConfigurationKey.called(path) { return try add(key, calledAs: path, value, isFile: isFile) }
        guard ConfigurationKey.groups.contains(path) else { throw unknown(path, value) }
        guard case .object(let members) = value else {
            let main = ["kind", "source", "every"].lazy.compactMap { ConfigurationKey.named("\(path).\($0)") }.first
            let hint = main.map { "; the key may be \($0.path)" } ?? ""
            throw Failure(.configuration, "\(origin): \(path): expected a group such as \(path): { }, found \(value.summary)\(hint)")
        }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) where !gone.contains("\(path).\(name)") {
            guard let key = ConfigurationKey.called("\(path).\(name)") else { throw unknown("\(path).\(name)", member) }
            try add(key, calledAs: "\(path).\(name)", member, isFile: isFile)
        }
    }

    private mutating func add(_ key: ConfigurationKey, calledAs path: String, _ value: JSONValue, isFile: Bool) throws(Failure) {
        guard !isFile || values[key.path] == nil else {
            throw Failure(.configuration, "\(origin): \(key.path) stands twice, also by its former name")
        }
        if path != key.path { renamings.append("\(path) is called \(key.path) now") }
        let (translated, renamed) = key.inWordsOfToday(value)
        if let renamed { renamings.append("\(key.path) = \(renamed)") }
        values[key.path] = try key.checked(translated, origin: origin)
    }

    private func unknown(_ path: String, _ value: JSONValue) -> Failure {
        // A group is known by its keys.
        let inner: String? = if !path.contains("."), case .object(let members) = value { members.keys.min() } else { nil }
        let whole = inner.map { "\(path).\($0)" } ?? path
        let shown = JSONValue.string(whole.count > 100 ? whole.prefix(100) + "…" : whole).text
        let group = path.contains(".") ? nil : ConfigurationKey.nearestGroup(to: path)
        let hint =
            if ConfigurationKey.suggestion(for: whole) == nil || (inner == nil && value == .object([:])), let group {
                "the nearest known group is \"\(group)\""
            } else {
                ConfigurationKey.hint(for: whole)
            }
        return Failure(.configuration, "\(origin): unknown key \(shown); \(hint); ebm-dist config --defaults lists all keys")
    }
}

// MARK: - Arguments

extension ConfigurationLayer {
    /// `key=value` arguments, of which the last one of a key wins.
    init(arguments: [String]) throws(Failure) {
        origin = "command line"
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
                throw Failure(.usage, "\(origin): expected key=value, found \(JSONValue.string(argument).text)")
            }
            let path = String(argument[..<equals])
            let text = String(argument[argument.index(after: equals)...])
            try add(path, Self.fragment(text, for: path), isFile: false)
        }
    }

    /// The value that a text on the command line means: JSON5 where it is that, else the text itself. Where a key wants a text, 2024 is one.
    private static func fragment(_ text: String, for path: String) -> JSONValue {
        let (key, parsed) = (ConfigurationKey.called(path), parsed(text))
        let rule = key?.rule
        guard let value = parsed else { return spelled(text, for: rule) }
        if value == .null, key?.optional == true { return .null }
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
}

import Failures
import Formats

/// One key of the configuration: its place, what it means, which values it takes, and whether a run may be continued with another value.
public struct ConfigurationKey: Sendable {
    /// The values that a key accepts.
    public enum Rule: Sendable {
        case flag
        case integer(ClosedRange<Int>)
        case number(NumberRange)
        /// One of a few words.
        case choice([String])
        /// A word that can be the name of a folder.
        case name
        /// A text that is not empty and has no control characters.
        case text
        /// A number above 0 and below 1, or the path of a file.
        case shareOrPath
        /// A list of texts.
        case texts
        case integers(ClosedRange<Int>)
        case numbers(NumberRange)
        /// Layer descriptions, each a group with the key `kind`; the network checks the rest.
        case layers
    }

    /// What a continued run may do with a key.
    public enum Continuation: Sendable {
        /// Touches the mathematics: must stay.
        case fixed
        /// Touches only how long, how fast or what is shown: may change.
        case free
        /// May grow.
        case growing
        /// Says where data are: may change as long as the data are the same, which their digest says.
        case place
    }

    /// `group.key`: the names of the properties.
    public let path: String
    public let rule: Rule
    /// Whether `null` is a value.
    public let optional: Bool
    /// The default.
    public let standard: JSONValue
    public let continuation: Continuation
    /// Whether its default is part of what a checkpoint is bound to (``Key``).
    let bindsAtDefault: Bool
    /// One line for the person who edits a configuration.
    public let meaning: String
    /// Without which it has no effect beside the rest of its group: what its declaration says, and a kernel or an objective that lists it.
    let ownNeeds: Need
    /// Without which it has no effect: with what its group needs.
    public let needs: Need
    /// Its former paths, the first one first.
    package let formerly: [String]
    /// Words of earlier versions, with those of today.
    package let formerWords: [String: String]

    init(
        path: String, _ declaration: KeyDeclaration, optional: Bool, standard: JSONValue, formerWords: [String: String], groupNeeds: Need
    ) {
        self.path = path
        (rule, meaning) = (declaration.rule, declaration.meaning)
        (continuation, bindsAtDefault, formerly) = (declaration.continuation, declaration.bindsAtDefault, declaration.formerly)
        (self.optional, self.standard, self.formerWords) = (optional, standard, formerWords)
        ownNeeds = .both(.both(KernelKind.needs(of: path), ObjectiveKind.needs(of: path)), declaration.needs)
        needs = declaration.standsAlone ? ownNeeds : .both(ownNeeds, groupNeeds)
    }

    /// The part in front of the point.
    public var group: String { String(path.prefix { $0 != "." }) }
    /// The part behind the point.
    public var name: String { String(path.drop { $0 != "." }.dropFirst()) }

    /// The meaning, and what the key needs beside its group.
    public var comment: String { ownNeeds == .always ? meaning : "\(meaning); needs \(ownNeeds.words)" }
}

extension ConfigurationKey {
    /// The value in its one form (numbers as `.number` where the key is a number, a lone entry of a list as a list of one), or the failure that
    /// names `origin`, key, expected and found.
    func checked(_ value: JSONValue, origin: String) throws(Failure) -> JSONValue {
        if optional && value == .null { return .null }
        let value = isEntry(value) ? .array([value]) : value
        switch (rule, value) {
        case (.flag, .boolean): return value
        case (.integer(let range), .integer(let number)):
            guard range.contains(number) else { throw refusal(of: value, at: path, origin: origin) }
            return value
        case (.number(let range), .integer(let number)): return try checked(Double(number), range, value, origin)
        case (.number(let range), .number(let number)): return try checked(number, range, value, origin)
        case (.choice(let words), .string(let word)):
            if words.contains(word) { return value }
            throw refusal(of: value, at: path, origin: origin)
        case (.name, .string(let text)) where ConfigurationKey.isFolderName(text): return value
        case (.text, .string(let text)) where ConfigurationKey.isPlain(text): return value
        case (.shareOrPath, .number(let share)) where share > 0 && share < 1: return value
        case (.shareOrPath, .string(let text)) where ConfigurationKey.isPlain(text): return value
        case (.texts, .array(let values)):
            try checkEach(values, origin, "a text") { if case .string(let text) = $0 { ConfigurationKey.isPlain(text) } else { false } }
            return value
        case (.integers(let range), .array(let values)):
            try checkEach(values, origin, ConfigurationKey.integerText(range)) {
                if case .integer(let number) = $0 { range.contains(number) } else { false }
            }
            return value
        case (.numbers(let range), .array(let values)):
            try checkEach(values, origin, range.description) { $0.number.map(range.contains) ?? false }
            return .array(values.map { .number($0.number ?? 0) })
        case (.layers, .array(let values)):
            try checkEach(values, origin, "a layer such as {kind: \"dense\", outputs: 128}") {
                if case .object(let members) = $0, case .string = members["kind"] { true } else { false }
            }
            return value
        default: throw refusal(of: value, at: path, origin: origin)
        }
    }

    /// Whether a value is what a list of this key has as an entry.
    private func isEntry(_ value: JSONValue) -> Bool {
        switch (rule, value) {
        case (.integers, .integer), (.integers, .number), (.numbers, .integer), (.numbers, .number), (.texts, .string), (.layers, .object):
            true
        default: false
        }
    }

    private func checked(_ number: Double, _ range: NumberRange, _ value: JSONValue, _ origin: String) throws(Failure) -> JSONValue {
        guard range.contains(number) else { throw refusal(of: value, at: path, origin: origin) }
        guard Float(number).isFinite, (Float(number) == 0) == (number == 0) else {
            throw refusal(of: value, at: path, origin: origin, as: "\(allowed), within the range of 32-bit floats")
        }
        return .number(number)
    }

    private func checkEach(_ values: [JSONValue], _ origin: String, _ expected: String, _ accepts: (JSONValue) -> Bool) throws(Failure) {
        guard values.count <= ConfigurationKey.longestList else {
            throw Failure(
                .configuration, "\(origin): \(path): expected at most \(ConfigurationKey.longestList) entries, found \(values.count)")
        }
        for (index, value) in values.enumerated() where !accepts(value) {
            throw refusal(of: value, at: "\(path)[\(index)]", origin: origin, as: expected)
        }
    }

    private func refusal(of value: JSONValue, at place: String, origin: String, as expected: String? = nil) -> Failure {
        Failure(.configuration, "\(origin): \(place): expected \(expected ?? allowed), found \(value.summary)")
    }

    /// The allowed values in words, for messages and the documentation.
    public var allowed: String {
        let text =
            switch rule {
            case .flag: optional ? "true, false" : "true or false"
            case .integer(let range): ConfigurationKey.integerText(range)
            case .number(let range): range.description
            case .choice(let words): ConfigurationKey.list(words)
            case .name: "a name of letters, digits, \".\", \"_\", \"-\" that does not start with \".\" or \"-\", at most 100 long"
            case .text: "a text"
            case .shareOrPath: "a number above 0 and below 1, or a path"
            case .texts: "a list of texts such as [\"width\", \"height\"]"
            case .integers(let range):
                "a list of integers from \(range.lowerBound) to \(range.upperBound), such as [1, 2]"
            case .numbers(let range): "a list of numbers \(range.description.dropFirst("a number ".count)), such as [1, 2.5]"
            case .layers: "a list of layers such as [{kind: \"dense\", outputs: 128}]"
            }
        return optional ? text + " or null" : text
    }

    private static func integerText(_ range: ClosedRange<Int>) -> String { "an integer from \(range.lowerBound) to \(range.upperBound)" }

    static func list(_ words: [String]) -> String {
        let quoted = words.map { "\"\($0)\"" }
        return quoted.count == 1 ? quoted[0] : quoted.dropLast().joined(separator: ", ") + " or " + quoted[quoted.count - 1]
    }

    private static func isFolderName(_ text: String) -> Bool {
        let allowed: (Unicode.Scalar) -> Bool = {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-".unicodeScalars.contains($0))
        }
        return (1...100).contains(text.utf8.count) && text.unicodeScalars.allSatisfy(allowed) && text.first != "." && text.first != "-"
    }

    private static let longestList = 1000

    private static func isPlain(_ text: String) -> Bool { !text.isEmpty && !text.unicodeScalars.contains(where: isControl) }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || scalar.value == 0x7f }
}

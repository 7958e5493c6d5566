import Configuration
import Failures
import Training

/// The arguments of a command: options with their values, and what stands alone.
struct Arguments {
    let command: String
    /// What stands after the command's name in the help.
    private let usage: String
    /// Whether the person named no command.
    let isImplied: Bool
    private(set) var positional: [String] = []
    /// In the order in which they were given; one for each option that is not repeated.
    private var values: [String: [String]] = [:]

    /// - Throws: `.usage` for an unknown or repeated option and for a missing value.
    init(_ arguments: [String], of tool: any Command.Type, isImplied: Bool = false) throws(Failure) {
        (command, usage, self.isImplied) = (tool.name, tool.usage, isImplied)
        let options = tool.options
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument.count > 1 else {
                positional.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = options.first(where: { $0.name == parts[0] }) else {
                throw Self.unknown(parts, next: rest.first, tool)
            }
            guard option.repeats || values[option.name] == nil else { throw Failure(.usage, "\(command): \(option.name) is given twice") }
            values[option.name, default: []].append(try Self.value(of: option, parts, &rest, command))
        }
    }

    private static func value(of option: Option, _ parts: [String], _ rest: inout ArraySlice<String>, _ command: String) throws(Failure)
        -> String
    {
        guard let kind = option.value else {
            guard parts.count == 1 else { throw Failure(.usage, "\(command): \(option.name) takes no value, found '\(parts[1])'") }
            return ""
        }
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
            throw Failure(.usage, "\(command): \(option.name) expects \(kind), found nothing")
        }
        return value
    }

    /// - Parameters:
    ///   - parts: the name, and what follows "=".
    ///   - next: the argument behind it, which may be a value.
    private static func unknown(_ parts: [String], next: String?, _ tool: any Command.Type) -> Failure {
        let (name, word, command) = (parts[0], String(parts[0].drop { $0 == "-" }), tool.name)
        var hint = tool.synonyms[name].map { " Did you mean \"\($0)\"?" } ?? Spelling.hint(for: name, in: tool.options.map(\.name))
        // Keys of the configuration are often given as options by those who come from other programs.
        if hint.isEmpty, takesKeys(command), let key = key(for: word) {
            let value = parts.count == 2 ? parts[1] : next.flatMap { $0.hasPrefix("-") || $0.contains("=") ? nil : $0 } ?? "VALUE"
            hint = " Keys of the configuration stand without dashes: \(key)=\(value)."
        }
        return Failure(.usage, "\(command): unknown option \(name).\(hint) See ebm-dist \(command) --help.")
    }

    private static func takesKeys(_ command: String) -> Bool { [TrainTool.name, ConfigTool.name].contains(command) }

    private static func key(for word: String) -> String? {
        if ConfigurationKey.called(word) != nil { return word }
        guard case .keys(let paths, _) = ConfigurationKey.suggestion(for: word) else { return nil }
        return paths.first
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    subscript(name: String) -> String? { values[name]?.first }

    /// The values of an option that may be given more than once.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    func required(_ name: String, _ what: String) throws(Failure) -> String {
        guard let value = self[name] else {
            throw Failure(.usage, "\(command): \(name) \(what) is missing: ebm-dist \(command) \(usage). See ebm-dist \(command) --help.")
        }
        return value
    }

    /// Beyond any number of samples, steps or rows that can be had, and so small that sums and products of some of them are numbers still.
    static let most = 1_000_000_000

    /// A whole number of at least `least` and at most `most`; nil when the option is absent.
    func integer(_ name: String, atLeast least: Int, atMost most: Int = Arguments.most) throws(Failure) -> Int? {
        guard let text = self[name] else { return nil }
        guard let value = Int(text), (least...most).contains(value) else {
            throw Failure(.usage, "\(command): \(name): expected a whole number of at least \(least) and at most \(most), found '\(text)'")
        }
        return value
    }

    /// A number from 0 to a million; nil when the option is absent.
    func number(_ name: String) throws(Failure) -> Double? {
        guard let text = self[name] else { return nil }
        guard let value = Double(text), (0...1e6).contains(value) else {
            throw Failure(.usage, "\(command): \(name): expected a number from 0 to 1000000, found '\(text)'")
        }
        return value
    }

    /// `--step`: which checkpoint; nil when the option is absent.
    func checkpoint() throws(Failure) -> WantedCheckpoint? {
        guard self["--step"] != "best" else { return .best }
        return try integer("--step", atLeast: 0, atMost: .max).map { .step($0) }
    }

    /// Positive numbers between commas, all different as floats; nil when the option is absent.
    func positiveNumbers(_ name: String, atMost limit: Int) throws(Failure) -> [Double]? {
        guard let text = self[name] else { return nil }
        let numbers = try text.split(separator: ",", omittingEmptySubsequences: false).map { (part) throws(Failure) -> Double in
            guard let value = Double(part), (1e-6...1e6).contains(value) else {
                throw Failure(
                    .usage, "\(command): \(name): expected positive numbers between commas, such as 0.1,0.3, found '\(part)' in '\(text)'")
            }
            return value
        }
        guard numbers.count <= limit, Set(numbers.map { Float($0) }).count == numbers.count else {
            throw Failure(.usage, "\(command): \(name): expected at most \(limit) different numbers, found '\(text)'")
        }
        return numbers
    }

    /// One of a few words; nil when the option is absent.
    func choice<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) throws(Failure) -> T? where T.RawValue == String {
        guard let text = self[name] else { return nil }
        guard let value = T(rawValue: text) else {
            let known = T.allCases.map { $0.rawValue }.joined(separator: ", ")
            throw Failure(.usage, "\(command): \(name): expected one of \(known), found '\(text)'")
        }
        return value
    }

    /// Nothing may stand alone.
    func refusePositional() throws(Failure) {
        guard let first = positional.first else { return }
        let isRun = usage.hasPrefix("--run DIR") && values["--run"] == nil
        let hint = isRun ? " A run folder is given with --run: ebm-dist \(command) --run \(first)." : ""
        throw Failure(.usage, "\(command): unexpected argument '\(first)'.\(hint) See ebm-dist \(command) --help.")
    }
}

import Distributed
import Failures
import Training

/// One command of the program: a name, what its options are, and what it does.
protocol Command {
    static var name: String { get }
    /// One line for the overview.
    static var summary: String { get }
    /// What stands after the name, for example `--run DIR --count N`.
    static var usage: String { get }
    static var options: [Option] { get }
    /// What may stand beside options, for completions.
    static var arguments: Completion.Words { get }
    /// Options of other commands, and what they are called here.
    static var synonyms: [String: String] { get }
    /// Seconds that a rank may compute before it meets the others again, which is how long it is waited for where it cannot be seen.
    static var longestWork: Double { get }

    /// Whether it says nothing before its end: signs of life are given for it then.
    static var isSilent: Bool { get }

    /// Whether SIGUSR1, SIGTERM, SIGINT and SIGHUP ask it, with these arguments, to save and stop; otherwise they end it.
    static func stopsOnRequest(_ arguments: [String]) -> Bool

    /// Collective.
    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure)
}

/// An option of a command.
struct Option {
    let name: String
    /// What stands for its value in the help; nil for a switch.
    let value: String?
    let explanation: String
    /// Whether it may be given more than once.
    var repeats = false
}

extension Command {
    static var isSilent: Bool { true }
    static var arguments: Completion.Words { .anything }
    static var synonyms: [String: String] { [:] }
    static func stopsOnRequest(_ arguments: [String]) -> Bool { false }
    /// Ten minutes: the work of commands that meet often.
    static var longestWork: Double { 600 }

    static var help: String {
        let titles = options.map { option in "  " + option.name + (option.value.map { " \($0)" } ?? "") }
        let width = (titles.map(\.count).max() ?? 0) + 2
        let rows = zip(titles, options).map { TextLayout.paragraph($0, $1.explanation, indent: width) }
        let head = "\(summary)\n\nusage: ebm-dist \(name)\(usage.isEmpty ? "" : " \(usage)")"
        return rows.isEmpty ? head : "\(head)\n\n\(rows.joined(separator: "\n"))"
    }
}

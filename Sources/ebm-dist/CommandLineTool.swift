import Configuration
import Distributed
import Failures
import Training

/// The commands of the program and the choice among them.
enum CommandLineTool {
    static var commands: [any Command.Type] {
        [
            TrainTool.self, SampleTool.self, EnergyTool.self, EvaluateTool.self, FeaturesTool.self, DiagnoseTool.self, ReportTool.self,
            WatchTool.self, CompareTool.self, ConfigTool.self, CheckTool.self, BenchTool.self, CompletionTool.self,
        ]
    }

    /// Collective. Runs the command that the arguments name; without a command, `train`.
    static func run(_ arguments: [String], _ communicator: any Communicator) throws(Failure) {
        try communicator.expecting(.computing("comparing programs and command lines", seconds: 60)) { () throws(Failure) in
            try communicator.requireOneLaunch(program: BuildInformation.description, arguments: arguments)
        }
        let console = Console(communicator)
        switch choose(arguments) {
        case .say(let text): console.line(text)
        case .help(["--man"]): console.verbatim(ManualPage.text)
        case .help(let topics): console.line(try Help.text(for: topics))
        case .unknown(let word): try communicator.onRoot { throw WrongWord.command(word, known: commands.map { $0.name }) }
        case .run(let command, let rest, let isImplied):
            let parsed = try Arguments(rest, of: command, isImplied: isImplied)
            try communicator.expecting(.computing(command.name, seconds: command.longestWork)) { () throws(Failure) in
                guard command.isSilent else { return try command.run(parsed, communicator) }
                try withSignsOfLife(command.name, communicator) { () throws(Failure) in try command.run(parsed, communicator) }
            }
        }
    }

    /// Whether a signal asks this command line to save and stop; otherwise it ends the process.
    static func stopsOnRequest(_ arguments: [String]) -> Bool {
        guard case .run(let command, let rest, _) = choose(arguments) else { return false }
        return command.stopsOnRequest(rest)
    }

    /// What a command line asks for.
    private enum Choice {
        case say(String)
        case help([String])
        case unknown(String)
        /// A command with its arguments; it is implied where the person named none.
        case run(any Command.Type, [String], isImplied: Bool)
    }

    private static func choose(_ arguments: [String]) -> Choice {
        let first = arguments.first ?? ""
        if ["help", "--help", "-h"].contains(first) { return .help(Array(arguments.dropFirst())) }
        if ["version", "--version", "-V"].contains(first) { return .say(BuildInformation.description) }
        // An option, a key=value pair or a configuration file at the first place belongs to `train`.
        let isTrain = first.isEmpty || first.hasPrefix("-") || first.contains("=") || first.hasSuffix(".json5") || first.hasSuffix(".json")
        let name = isTrain ? TrainTool.name : first
        guard let command = commands.first(where: { $0.name == name }) else { return .unknown(name) }
        let rest = isTrain ? arguments : Array(arguments.dropFirst())
        return rest.contains("--help") || rest.contains("-h") ? .say(command.help) : .run(command, rest, isImplied: isTrain)
    }
}

/// What rank 0 says.
struct Console {
    private let speaks: Bool

    init(_ communicator: any Communicator) { speaks = communicator.rank == 0 }

    /// For a person: folded to the columns of the terminal, where there is one.
    func line(_ text: String) {
        if speaks { print(TextWidth.output.columns.map { TextLayout.folded(text, width: $0) } ?? text) }
    }

    /// For another program, or an editor: as it is.
    func verbatim(_ text: String) {
        if speaks { print(text) }
    }
}

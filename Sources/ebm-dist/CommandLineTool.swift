import Distributed
import Failures
import Training

/// The commands of the program and the choice among them.
enum CommandLineTool {
    static var commands: [any Command.Type] {
        [
            TrainTool.self, SampleTool.self, EnergyTool.self, EvaluateTool.self, DiagnoseTool.self, ConfigTool.self, CheckTool.self,
            BenchTool.self,
        ]
    }

    /// Collective. Runs the command that the arguments name; without a command, `train`.
    static func run(_ arguments: [String], _ communicator: any Communicator) throws(Failure) {
        let console = Console(communicator)
        let first = arguments.first ?? ""
        if ["help", "--help", "-h"].contains(first) { return console.line(try Help.text(for: Array(arguments.dropFirst()))) }
        if ["version", "--version", "-V"].contains(first) { return console.line(BuildInformation.version) }
        // An option, a key=value pair or a configuration file at the first place belongs to `train`.
        let isTrain = first.isEmpty || first.hasPrefix("-") || first.contains("=") || first.hasSuffix(".json5") || first.hasSuffix(".json")
        let name = isTrain ? TrainTool.name : first
        guard let command = commands.first(where: { $0.name == name }) else {
            return try communicator.onRoot { throw WrongWord.command(name, known: commands.map { $0.name }) }
        }
        let rest = isTrain ? arguments : Array(arguments.dropFirst())
        if rest.contains("--help") || rest.contains("-h") { return console.line(command.help) }
        try command.run(try Arguments(rest, of: command, isImplied: isTrain), communicator)
    }
}

/// What rank 0 says.
struct Console {
    private let speaks: Bool

    init(_ communicator: any Communicator) { speaks = communicator.rank == 0 }

    func line(_ text: String) {
        if speaks { print(text) }
    }
}

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
        if ["help", "--help", "-h"].contains(first) { return console.line(overview) }
        if first == "--version" { return console.line(BuildInformation.version) }
        // An option, a key=value pair or a configuration file at the first place belongs to `train`.
        let isTrain = first.isEmpty || first.hasPrefix("-") || first.contains("=") || first.hasSuffix(".json5") || first.hasSuffix(".json")
        let name = isTrain ? TrainTool.name : first
        guard let command = commands.first(where: { $0.name == name }) else {
            let names = commands.map { $0.name }
            throw Failure(
                .usage,
                "unknown command `\(name)`.\(Spelling.hint(for: name, in: names)) Commands: \(names.joined(separator: ", ")). See ebm-dist --help."
            )
        }
        let rest = isTrain ? arguments : Array(arguments.dropFirst())
        if rest.contains("--help") || rest.contains("-h") { return console.line(command.help) }
        let parsed = try Arguments(rest, options: command.options, command: name)
        try communicator.expecting(.computing(name, seconds: command.longestWork)) { () throws(Failure) in
            try command.run(parsed, communicator)
        }
    }

    static var overview: String {
        let width = (commands.map { $0.name.count }.max() ?? 0) + 2
        let rows = commands.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count) + command.summary
        }
        return """
            ebm-dist trains energy-based models on one machine or, started by mpirun or Slurm, on many.

            usage: [mpirun -n RANKS] ebm-dist [COMMAND] [OPTIONS]

            \(rows.joined(separator: "\n"))

            Without a command it trains on the digits that it carries. `ebm-dist COMMAND --help` explains a command;
            `ebm-dist config --defaults` lists every configuration key.
            """
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

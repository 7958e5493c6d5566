import CSignals
import Configuration
import Distributed
import Failures
import RunReport
import Training

enum TrainTool: Command {
    static let name = "train"
    static let summary = "trains a model: starts a run, or continues it when the run folder holds one"
    static let usage = "[CONFIG] [--out DIR] [key=value ...]"
    static let options = [
        Option(name: "--out", value: "DIR", explanation: "the run folder (default: runs/NAME, NAME being run.name)"),
        Option(
            name: "--sweep", value: "KEY=A,B,...|FILE",
            explanation:
                "a run for each value, one after another, in folders of the run folder, and their comparison; several make a grid. A file names keys with "
                + "lists of values, or lists cells. A Slurm array runs one cell a task (--array=1-CELLS)", repeats: true),
        Option(name: "--dry-run", value: nil, explanation: "checks configuration and data, prints what would run, and stops"),
    ]
    static let arguments = Completion.Words.keys

    static let isSilent = false

    static func stopsOnRequest(_ arguments: [String]) -> Bool { !arguments.contains("--dry-run") }

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        if arguments.has("--sweep") { return try sweep(arguments, communicator) }
        var run = try training(in: arguments["--out"], communicator) { try ConfigurationSource(arguments) }
        run.isImplied = arguments.isImplied
        if arguments.has("--dry-run") {
            try run.describe(communicator)
        } else {
            try run.run(communicator)
        }
    }

    /// Collective. The run that a configuration asks for, which a signal stops.
    /// - Parameter folder: of the run; nil: that of its name.
    static func training(
        in folder: String?, _ communicator: any Communicator, _ source: () throws -> ConfigurationSource
    ) throws(Failure) -> TrainingRun {
        let chosen = try resolve(communicator, into: folder, source)
        var run = TrainingRun(chosen, folder: RunFolder(folder ?? RunFolder.standard(chosen.configuration)))
        run.isStopRequested = { ebm_stop_requests() > 0 }
        run.reporter = { ReportWriter($0) }
        return run
    }

    /// Collective. What rank 0 resolves.
    /// - Parameter folder: of the run; nil: that of its name.
    private static func resolve(
        _ communicator: any Communicator, into folder: String? = nil, _ source: () throws -> ConfigurationSource
    ) throws(Failure) -> ChosenConfiguration {
        try communicator.expecting(.storing("reading the configuration and what is chosen by the data")) { () throws(Failure) in
            try withSignsOfLife("reading the configuration and the data", communicator) { () throws(Failure) in
                try ChosenConfiguration.shared(communicator) { try source().resolved(for: folder) }
            }
        }
    }

    /// Collective. A run for each cell.
    private static func sweep(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        let sweep = try communicator.fromRoot { try Sweep(arguments.all("--sweep")) }
        let name = try resolve(communicator) { try ConfigurationSource(arguments).adding(sweep.cells[0]) }.configuration.run.name
        var run = try communicator.agree { try SweepRun(sweep, folder: arguments["--out"] ?? "runs/\(name)") }
        run.isStopRequested = { ebm_stop_requests() > 0 }
        run.reporter = { ReportWriter($0) }
        try run.run(isDry: arguments.has("--dry-run"), communicator) { (cell) throws(Failure) in
            try resolve(communicator) { try ConfigurationSource(arguments).adding(cell) }
        }
    }
}

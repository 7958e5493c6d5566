import CSignals
import Configuration
import Distributed
import Failures
import Training

enum TrainTool: Command {
    static let name = "train"
    static let summary = "trains a model: starts a run, or continues it when the run folder holds one"
    static let usage = "[CONFIG] [--out DIR] [key=value ...]"
    static let options = [
        Option(name: "--out", value: "DIR", explanation: "the run folder (default: runs/NAME, NAME being run.name)"),
        Option(name: "--dry-run", value: nil, explanation: "checks configuration and data, prints what would run, and stops"),
    ]

    static let isSilent = false

    static func stopsOnRequest(_ arguments: [String]) -> Bool { !arguments.contains("--dry-run") }

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        let chosen = try communicator.expecting(.storing("reading the configuration and what is chosen by the data")) {
            () throws(Failure) in
            try withSignsOfLife("reading the configuration and the data", communicator) { () throws(Failure) in
                try ChosenConfiguration.shared(communicator) { try ConfigurationSource(arguments).resolved }
            }
        }
        let folder = RunFolder(arguments["--out"] ?? "runs/\(chosen.configuration.run.name)")
        var run = TrainingRun(chosen, folder: folder)
        run.isStopRequested = { ebm_stop_requests() > 0 }
        run.isImplied = arguments.isImplied
        if arguments.has("--dry-run") {
            try run.describe(communicator)
        } else {
            try run.run(communicator)
        }
    }
}

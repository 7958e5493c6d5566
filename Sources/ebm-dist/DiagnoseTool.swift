import Commands
import Distributed
import Failures
import Training

enum DiagnoseTool: Command {
    static let name = "diagnose"
    static let summary = "says how well a run's chains sample: R-hat, effective sample sizes, acceptance, modes, and what to try"
    static let usage = "--run DIR [OPTIONS]"
    static let options = [
        Option(name: "--run", value: "DIR", explanation: "the run folder"),
        Option(name: "--draws", value: "N", explanation: "draws of each chain (default: \(DiagnoseCommand.defaultDraws))"),
        Option(name: "--thin", value: "K", explanation: "sampler steps between two draws (default: those of a training step)"),
        Option(name: "--chains", value: "N", explanation: "chains of each shard (default: 4, or as many as there are)"),
        Option(
            name: "--from", value: "chains|noise|generator",
            explanation: "where chains start (default: the generator, else the checkpoint's chains where they persist)"),
        Option(name: "--label", value: "K", explanation: "models conditioned on classes: the class of all chains, from 0"),
        Option(
            name: "--data", value: "NAME|PATH",
            explanation:
                "models conditioned on visible pixels or images: the first of these rows is that of all chains (default: the run's)"),
        Option(
            name: "--condition", value: "PATH",
            explanation: "models conditioned on images: the first of these is that of all chains"),
        Option(name: "--weights", value: "average|current", explanation: "which parameters (default: average)"),
        Option(name: "--step", value: "S|best", explanation: "which checkpoint (default: the newest); best: that of checkpoint.keepBest"),
        Option(name: "--out", value: "F.json", explanation: "where the figures go as JSON"),
        Option(
            name: "--npy", value: "F.npy",
            explanation: "float32, (chain, draw, value): states of up to 8 values, or 64 with names, else energy, mean and projections"),
        Option(name: "--arviz", value: "F.json", explanation: "the window as a file that arviz.from_json opens"),
    ]

    /// Tiles of samples or rows, in any number.
    static let longestWork = 3600.0

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        let command = DiagnoseCommand(
            folder: try arguments.required("--run", "DIR"), step: try arguments.checkpoint(),
            weights: try arguments.choice("--weights", ModelWeights.self) ?? .average,
            start: try arguments.choice("--from", ModelSampler.Start.self),
            draws: try arguments.integer("--draws", atLeast: 4) ?? DiagnoseCommand.defaultDraws,
            thin: try arguments.integer("--thin", atLeast: 1), chains: try arguments.integer("--chains", atLeast: 1),
            label: try arguments.integer("--label", atLeast: 0), data: arguments["--data"], images: arguments["--condition"],
            output: arguments["--out"], npy: arguments["--npy"], arviz: arguments["--arviz"])
        Console(communicator).line(try command.run(communicator))
    }
}

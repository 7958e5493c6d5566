import Commands
import Distributed
import Failures
import Foundation
import Training

enum SampleTool: Command {
    static let name = "sample"
    static let summary = "draws samples from a trained model, or from a given energy"
    static let usage = "--run DIR | --energy LIB|FORMULA --count N | --complete PATH --out F.npy|F.csv|F.h5 [OPTIONS] [key=value ...]"
    static let options = [
        Option(name: "--run", value: "DIR", explanation: "the run folder"),
        Option(
            name: "--energy", value: "LIB|FORMULA",
            explanation:
                "a shared library or a formula: its chains are run first, as train does, or go on (key=value for their run; --run: its folder)"
        ),
        Option(name: "--count", value: "N", explanation: "the number of samples"),
        Option(
            name: "--out", value: "F.npy|F.csv|F.h5",
            explanation:
                "where the samples go, in the units of the training data: N x C x H x W or N x d, or a table with the data's column names"
        ),
        Option(name: "--grid", value: "F.png", explanation: "a picture of them"),
        Option(name: "--steps", value: "K", explanation: "steps of the run's sampler (default: as in training)"),
        Option(
            name: "--from", value: "chains|noise|generator",
            explanation: "where chains start (default: the generator, else the checkpoint's chains where they persist)"),
        Option(
            name: "--interpolate", value: "N", explanation: "from the generator: lines of N samples, each between two latent vectors"),
        Option(name: "--label", value: "K", explanation: "models conditioned on classes: the class of all samples (default: all in turns)"),
        Option(
            name: "--data", value: "NAME|PATH",
            explanation: "models conditioned on visible pixels or images: of whose rows (default: the run's)"),
        Option(
            name: "--condition", value: "PATH",
            explanation: "models conditioned on images: these, of the rows of --data, or without it of rows that are to be found"),
        Option(
            name: "--complete", value: "PATH",
            explanation:
                "models of tables: the rows of this table, whose empty cells, and columns that it has not, are drawn given the others; --count: how often each "
                + "row is (default: 1)"),
        Option(
            name: "--denoise", value: nil, explanation: "models of a ladder of noise levels: take off the lowest noise at the end, x - σ²∇E"
        ),
        guidance, withoutProposal,
        Option(name: "--weights", value: "average|current", explanation: "which parameters (default: average)"),
        Option(name: "--step", value: "S|best", explanation: "which checkpoint (default: the newest); best: that of checkpoint.keepBest"),
        Option(name: "--seed", value: "S", explanation: "seed of the noise (default: 1)"),
    ]

    /// Of every command that draws samples.
    static let guidance = Option(
        name: "--guidance", value: "G",
        explanation:
            "models whose classes were left out in training (condition.dropout): how often the difference that a class makes to the energy counts "
            + "(default: condition.guidance)")
    static let withoutProposal = Option(
        name: "--without-proposal", value: nil,
        explanation: "models with objective.proposal: go down the ladder by chains alone, from where those of each level ended")

    /// Tiles of samples or rows, in any number.
    static let longestWork = 3600.0

    /// Chains of a given energy are saved where they are.
    static func stopsOnRequest(_ arguments: [String]) -> Bool { arguments.contains { $0.hasPrefix("--energy") } }

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        let command = SampleCommand(
            folder: try folder(arguments, communicator), step: try arguments.checkpoint(),
            count: try count(arguments), steps: try arguments.integer("--steps", atLeast: 0),
            start: try arguments.choice("--from", SampleCommand.Start.self),
            weights: try arguments.choice("--weights", ModelWeights.self) ?? .average,
            seed: UInt64(try arguments.integer("--seed", atLeast: 0, atMost: .max) ?? 1),
            output: try arguments.required("--out", "F.npy|F.csv|F.h5"),
            grid: arguments["--grid"], interpolation: try arguments.integer("--interpolate", atLeast: 2),
            label: try arguments.integer("--label", atLeast: 0), data: arguments["--data"], images: arguments["--condition"],
            completes: arguments["--complete"], denoises: arguments.has("--denoise"), guidance: try arguments.number("--guidance"),
            leavesOutProposal: arguments.has("--without-proposal"))
        Console(communicator).line(try command.run(communicator))
    }

    /// Collective. The run folder; that of a given energy after its chains have been run.
    private static func folder(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) -> String {
        guard let energy = arguments["--energy"] else {
            try arguments.refusePositional()
            return try arguments.required("--run", "DIR")
        }
        _ = try (count(arguments), arguments.required("--out", "F.npy|F.csv|F.h5"))
        let isLibrary = energy.hasSuffix(".so") || FileManager.default.fileExists(atPath: energy)
        let key = isLibrary ? "energy.library" : "energy.formula"
        var run = try TrainTool.training(in: arguments["--run"], communicator) {
            try ConfigurationSource(arguments).adding(["\(key)=\(energy)"])
        }
        run.isQuiet = true
        try run.run(communicator)
        return run.folder.path
    }

    private static func count(_ arguments: Arguments) throws(Failure) -> Int {
        if arguments["--complete"] == nil { _ = try arguments.required("--count", "N") }
        return try arguments.integer("--count", atLeast: 1) ?? 1
    }
}

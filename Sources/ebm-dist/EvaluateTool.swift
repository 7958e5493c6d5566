import Commands
import Distributed
import Failures
import Training

enum EvaluateTool: Command {
    static let name = "evaluate"
    static let summary = "measures a model: its samples against data; its density where the true one is known"
    static let usage = "--run DIR [OPTIONS]"
    static let options = [
        Option(name: "--run", value: "DIR", explanation: "the run folder"),
        Option(
            name: "--measures", value: "NAME,NAME,...",
            explanation: "exactly these, as far as no other option asks for more; standard ones where none are named:\n"
                + MeasureKind.all.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")),
        Option(
            name: "--temperatures", value: "K",
            explanation:
                "with --measures ais: temperatures of a path (default: \(EvaluateCommand.standardTemperatures)); more bring the bounds together"
        ),
        Option(name: "--from", value: "chains|noise|generator", explanation: "where the samples start, as in sample (default: as there)"),
        Option(name: "--steps", value: "K", explanation: "steps of the run's sampler (default: as in training)"),
        Option(
            name: "--count", value: "N",
            explanation: "the number of samples (default: 2048, or half the data or all chains where they are fewer); rows of data for "
                + MeasureKind.all.filter(\.measuresRows).map(\.name).joined(separator: ", ")),
        Option(name: "--seed", value: "S", explanation: "seed of the samples' noise (default: 1)"),
        SampleTool.guidance, SampleTool.withoutProposal,
        Option(
            name: "--samples", value: "PATH",
            explanation: "measure the samples of a file instead, in the units of the training data, as sample writes them"),
        Option(
            name: "--data", value: "NAME|PATH",
            explanation: "compare with other data than the run's, such as a test set; or the run's, where they have moved"),
        Option(name: "--condition", value: "PATH", explanation: "models conditioned on images: those of the rows of --data"),
        Option(name: "--out", value: "F.json", explanation: "where the measures go as JSON"),
        Option(
            name: "--picture", value: "F.png",
            explanation: "plane densities: density of the model, true density, chains; with --denoise on images: what becomes of some"),
        Option(
            name: "--denoise", value: "S,S,...",
            explanation: "take noise of these deviations off data rows (of --data where given); samples are measured only when asked for"),
        Option(name: "--denoise-rows", value: "N", explanation: "the number of rows (default: 256)"),
        Option(name: "--denoise-steps", value: "K", explanation: "steps of the descent and of the chain (default: 200)"),
        Option(
            name: "--outliers", value: "NAME|PATH",
            explanation:
                "how well the energy tells these rows from data: AUROC, AUPRC, precision, thresholds; --count rows of each (default: 1000); rest: the rows "
                + "that data.rows left out"),
        Option(
            name: "--reconstructions", value: "F.png",
            explanation: "runs with a generator: data rows and what it makes of their latent vectors, side by side"),
        Option(
            name: "--features", value: "F.safetensors",
            explanation: "a classifier that features has trained: distances, classes, precision and recall of samples on its features"),
        Option(
            name: "--nearest", value: "F.png",
            explanation: "images: samples, each beside the training rows nearest to it; with it the measure memorization"),
        Option(name: "--weights", value: "average|current", explanation: "which parameters (default: average)"),
        Option(name: "--step", value: "S|best", explanation: "which checkpoint (default: the newest); best: that of checkpoint.keepBest"),
    ]

    /// Tiles of samples or rows, in any number.
    static let longestWork = 3600.0

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        let denoising = try denoising(arguments)
        let command = EvaluateCommand(
            folder: try arguments.required("--run", "DIR"), step: try arguments.checkpoint(),
            weights: try arguments.choice("--weights", ModelWeights.self) ?? .average,
            measures: arguments["--measures"].map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) },
            annealing: try arguments.integer("--temperatures", atLeast: 1, atMost: EvaluateCommand.mostTemperatures)
                .map { EvaluateCommand.annealing(temperatures: $0) },
            samples: arguments["--samples"],
            start: try arguments.choice("--from", ModelSampler.Start.self), steps: try arguments.integer("--steps", atLeast: 0),
            count: try arguments.integer("--count", atLeast: 2),
            seed: try arguments.integer("--seed", atLeast: 0, atMost: .max).map { UInt64($0) },
            guidance: try arguments.number("--guidance"), data: arguments["--data"], images: arguments["--condition"],
            output: arguments["--out"], picture: arguments["--picture"],
            denoising: denoising, outliers: arguments["--outliers"],
            reconstructions: arguments["--reconstructions"],
            features: arguments["--features"], nearest: arguments["--nearest"],
            leavesOutProposal: arguments.has("--without-proposal"))
        Console(communicator).line(try command.run(communicator))
    }

    private static func denoising(_ arguments: Arguments) throws(Failure) -> EvaluateCommand.Denoising? {
        let noises = try arguments.positiveNumbers("--denoise", atMost: EvaluateCommand.Denoising.mostLevels)
        let (rows, steps) = (
            try arguments.integer("--denoise-rows", atLeast: 1), try arguments.integer("--denoise-steps", atLeast: 0)
        )
        guard let noises else {
            guard rows == nil && steps == nil else {
                throw Failure(.usage, "evaluate: --denoise-rows and --denoise-steps belong to --denoise, which is missing")
            }
            return nil
        }
        return EvaluateCommand.Denoising(noises: noises, rows: rows, steps: steps)
    }
}

import Distributed
import Failures
import Training

enum EvaluateTool: Command {
    static let name = "evaluate"
    static let summary = "measures a model: its samples against data; its density where the true one is known"
    static let usage = "--run DIR [OPTIONS]"
    static let options = [
        Option(name: "--run", value: "DIR", explanation: "the run folder"),
        Option(name: "--from", value: "chains|noise|generator", explanation: "where the samples start, as in sample (default: as there)"),
        Option(name: "--steps", value: "K", explanation: "steps of the run's sampler (default: as in training)"),
        Option(
            name: "--count", value: "N",
            explanation: "the number of samples (default: 2048, or half the data or all chains where they are fewer)"),
        Option(name: "--seed", value: "S", explanation: "seed of the samples' noise (default: 1)"),
        Option(name: "--samples", value: "F.npy", explanation: "measure the samples of a file instead: N x C x H x W or N x d"),
        Option(name: "--data", value: "NAME|PATH", explanation: "compare with other data than the run's, such as a test set"),
        Option(name: "--out", value: "F.json", explanation: "where the measures go as JSON"),
        Option(name: "--picture", value: "F.png", explanation: "plane densities: density of the model, true density, chains"),
        Option(name: "--weights", value: "average|current", explanation: "which parameters (default: average)"),
        Option(name: "--step", value: "S", explanation: "which checkpoint (default: the newest)"),
    ]

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        let command = EvaluateCommand(
            folder: try arguments.required("--run", "DIR"), step: try arguments.integer("--step", atLeast: 0),
            weights: try arguments.choice("--weights", TrainedModel.Weights.self) ?? .average, samples: arguments["--samples"],
            start: try arguments.choice("--from", ModelSampler.Start.self), steps: try arguments.integer("--steps", atLeast: 0),
            count: try arguments.integer("--count", atLeast: 2), seed: try arguments.integer("--seed", atLeast: 0).map { UInt64($0) },
            data: arguments["--data"], output: arguments["--out"], picture: arguments["--picture"])
        Console(communicator).line(try command.run(communicator))
    }
}

import Distributed
import Failures
import Training

enum EvaluateTool: Command {
    static let name = "evaluate"
    static let summary = "measures a model of a built-in plane density: log Z, divergence, modes"
    static let usage = "--run DIR [OPTIONS]"
    static let options = [
        Option(name: "--run", value: "DIR", explanation: "the run folder"),
        Option(name: "--out", value: "F.json", explanation: "where the measures go as JSON"),
        Option(name: "--picture", value: "F.png", explanation: "a picture: density of the model, true density, chains"),
        Option(name: "--weights", value: "average|current", explanation: "which parameters (default: average)"),
        Option(name: "--step", value: "S", explanation: "which checkpoint (default: the newest)"),
    ]

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        let command = EvaluateCommand(
            folder: try arguments.required("--run", "DIR"), step: try arguments.integer("--step", atLeast: 0),
            weights: try arguments.choice("--weights", TrainedModel.Weights.self) ?? .average, output: arguments["--out"],
            picture: arguments["--picture"])
        Console(communicator).line(try command.run(communicator))
    }
}

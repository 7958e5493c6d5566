import Commands
import Distributed
import Failures

enum FeaturesTool: Command {
    static let name = "features"
    static let summary = "trains a small classifier, on whose features evaluate compares samples with data"
    static let usage = "--data NAME|PATH --out F.safetensors [OPTIONS]"
    static let options = [
        Option(
            name: "--data", value: "NAME|PATH",
            explanation:
                "rows with classes: digits, IDX images with their labels beside them, CIFAR-10, a table whose last column is the class"),
        Option(name: "--out", value: "F.safetensors", explanation: "where the classifier goes"),
        Option(
            name: "--held-out", value: "NAME|PATH",
            explanation:
                "rows with classes that say how good it is, such as a test set (default: a tenth of the data, which is not learned)"),
        Option(
            name: "--steps", value: "N",
            explanation: "updates of 128 rows each (default: \(FeaturesCommand.defaultSteps), three times 60,000 rows)"),
        Option(name: "--seed", value: "S", explanation: "seed of weights and order (default: 1)"),
    ]

    /// The held-out rows, in any number.
    static let longestWork = 3600.0

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        let command = FeaturesCommand(
            data: try arguments.required("--data", "NAME|PATH"), heldOut: arguments["--held-out"],
            steps: try arguments.integer("--steps", atLeast: 1),
            seed: try arguments.integer("--seed", atLeast: 0, atMost: .max).map { UInt64($0) },
            output: try arguments.required("--out", "F.safetensors"))
        Console(communicator).line(try command.run(communicator))
    }
}

import Commands
import Distributed
import Failures
import Training

enum EnergyTool: Command {
    static let name = "energy"
    static let summary = "computes the energies of given rows; high: unlike the training data"
    static let usage = "--run DIR --input PATH --out F.npy|F.csv|F.h5 [OPTIONS]"
    static let options = [
        Option(name: "--run", value: "DIR", explanation: "the run folder"),
        Option(
            name: "--input", value: "PATH",
            explanation:
                "the rows, in the units of the training data (levels 0 to 255 of bytes, columns by name): any format that train reads"),
        Option(
            name: "--label", value: "K",
            explanation:
                "models conditioned on classes: that of all rows, from 0 (default: those of the input, which stand there as in the training data)"
        ),
        Option(name: "--condition", value: "PATH", explanation: "models conditioned on images: those of the rows, in their order"),
        Option(
            name: "--out", value: "F.npy|F.csv|F.h5",
            explanation:
                "where the N energies go, as float32 or as a column \"energy\"; of a latent prior |x - g(z)|²/2σ² + U(z), z at the end of a posterior chain"
        ),
        Option(
            name: "--parts", value: nil,
            explanation:
                "latent priors: three numbers a row, the energy and what it is the sum of: reconstruction |x - g(z)|²/2σ², prior U(z)"),
        Option(
            name: "--log-density", value: nil,
            explanation: "tied noise levels: log densities in nats and in the units of the data, in place of energies"),
        Option(
            name: "--explain", value: nil,
            explanation:
                "rows of numbers or tables: behind the energy the percentile among the training rows, and for each column how far the energy falls when the "
                + "column is resampled from them; the terminal shows the highest rows"),
        Option(name: "--weights", value: "average|current", explanation: "which parameters (default: average)"),
        Option(name: "--step", value: "S|best", explanation: "which checkpoint (default: the newest); best: that of checkpoint.keepBest"),
    ]

    static let synonyms = ["--data": "--input", "--samples": "--input"]

    /// Tiles of samples or rows, in any number.
    static let longestWork = 3600.0

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        let command = EnergyCommand(
            folder: try arguments.required("--run", "DIR"), step: try arguments.checkpoint(),
            weights: try arguments.choice("--weights", ModelWeights.self) ?? .average,
            input: try arguments.required("--input", "PATH"), label: try arguments.integer("--label", atLeast: 0),
            images: arguments["--condition"], output: try arguments.required("--out", "F.npy|F.csv|F.h5"),
            writesParts: arguments.has("--parts"), writesDensities: arguments.has("--log-density"), explains: arguments.has("--explain"))
        Console(communicator).line(try command.run(communicator))
    }
}

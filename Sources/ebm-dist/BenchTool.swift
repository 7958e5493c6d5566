import Commands
import Configuration
import Distributed
import Failures
import Model
import Training

enum BenchTool: Command {
    static let name = "bench"
    static let summary = "measures speed: training steps of three networks, random numbers, matrix products, sums over ranks"
    static let usage =
        "mlp2d|conv28|conv32 [--precision P] [--gradient-precision P] [--steps N] [--chains N] [--langevin-steps K] [--threads T] [--sum WHERE]\n"
        + "       ebm-dist bench noise|gemm|sum"
    static let options = [
        Option(name: "--precision", value: "P", explanation: "of what the chains read: float (default) or bfloat16"),
        Option(name: "--gradient-precision", value: "P", explanation: "of what parameters learn from: float (default) or bfloat16"),
        Option(name: "--steps", value: "N", explanation: "training steps that are timed (default: some seconds' worth)"),
        Option(name: "--chains", value: "N", explanation: "chains of a rank, and data rows (default: 256, 64, 32)"),
        Option(name: "--langevin-steps", value: "K", explanation: "sampler steps of a training step (default: 20, 20, 10)"),
        Option(name: "--threads", value: "T", explanation: "threads of a rank (default: 1)"),
        Option(name: "--sum", value: "WHERE", explanation: "run.sum: automatic, whole or sliced (default: automatic)"),
    ]
    static var arguments: Completion.Words { .words(names) }

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        let console = Console(communicator)
        guard arguments.positional.count == 1, let name = arguments.positional.first else {
            throw Failure(.usage, "bench: expected one of \(names.joined(separator: ", ")). See ebm-dist bench --help.")
        }
        if let problem = BenchmarkCase(rawValue: name) {
            var benchmark = TrainingBenchmark(
                problem, chains: try arguments.integer("--chains", atLeast: 1),
                langevinSteps: try arguments.integer("--langevin-steps", atLeast: 0, atMost: 1_000_000),
                steps: try arguments.integer("--steps", atLeast: 1),
                threads: try arguments.integer("--threads", atLeast: 1, atMost: 1024),
                sum: try arguments.choice("--sum", RunConfiguration.Run.Sum.self))
            benchmark.precision = try precision(arguments, "--precision")
            benchmark.gradientPrecision = try precision(arguments, "--gradient-precision")
            return console.line(try benchmark.run(communicator).text)
        }
        if names.contains(name), let option = options.first(where: { arguments.has($0.name) }) {
            throw Failure(
                .usage,
                "bench: \(option.name) has no effect with \(name): it belongs to \(BenchmarkCase.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        switch name {
        case "noise": console.line(NoiseCost.table())
        case "gemm": console.line(try ProductRate.table())
        case "sum": try sum(communicator, console)
        default:
            let nearest = Spelling.nearest(to: name, in: names).map { " Did you mean `\($0)`?" } ?? ""
            throw Failure(.usage, "bench: unknown benchmark `\(name)`.\(nearest) Known: \(names.joined(separator: ", ")).")
        }
    }

    private static func precision(_ arguments: Arguments, _ option: String) throws(Failure) -> Precision {
        try arguments.choice(option, Precision.self) ?? .float
    }

    private static var names: [String] { BenchmarkCase.allCases.map(\.rawValue) + ["noise", "gemm", "sum"] }

    /// The exact sum, whole and in slices, beside a plain one of floats, by size.
    private static func sum(_ communicator: any Communicator, _ console: Console) throws(Failure) {
        for parameters in [1_000, 30_000, 300_000, 3_000_000] {
            console.line("\(try ReductionCost.measure(over: communicator, parameters: parameters))")
        }
    }
}

import Commands
import Distributed
import Failures
import Training

enum ReportTool: Command {
    static let name = "report"
    static let summary = "writes a page about a run, or several: whether it is healthy, samples, curves, chains"
    static let usage = "--run DIR [--run DIR ...] [OPTIONS]"
    static let options = [
        Option(name: "--run", value: "DIR", explanation: "the run folder; several are compared", repeats: true),
        Option(
            name: "--out", value: "F.html",
            explanation: "where the page goes (default: report.html in the run folder; of several runs, in the current one)"),
        Option(
            name: "--data", value: "NAME|PATH",
            explanation:
                "rows that were not trained on, whose energies tell whether the model memorizes (default: those that data.validation held out)"
        ),
        Option(
            name: "--draws", value: "N",
            explanation: "draws of each chain for R-hat and effective sample sizes (default: \(ReportCommand.defaultDraws); 0: none)"),
    ]

    /// Tiles of samples or rows, in any number.
    static let longestWork = 3600.0

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        _ = try arguments.required("--run", "DIR")
        let draws = try arguments.integer("--draws", atLeast: 0) ?? ReportCommand.defaultDraws
        guard draws == 0 || draws >= 4 else { throw Failure(.usage, "report: --draws: expected 0 or at least 4, found \(draws)") }
        let command = ReportCommand(folders: arguments.all("--run"), output: arguments["--out"], heldOut: arguments["--data"], draws: draws)
        Console(communicator).line(try command.run(communicator))
    }
}

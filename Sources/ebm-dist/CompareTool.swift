import Distributed
import Failures
import Formats
import Training

enum CompareTool: Command {
    static let name = "compare"
    static let summary = "shows runs side by side: in what their configurations differ, and what they have measured"
    static let usage = "DIR DIR ... [--phases] [--out F.json]"
    static let options = [
        Option(name: "--phases", value: nil, explanation: "where the time of each run went, in place of what it has measured"),
        Option(name: "--out", value: "F.json", explanation: "where the comparison goes as JSON"),
    ]
    static let arguments = Completion.Words.folders

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        guard !arguments.positional.isEmpty else {
            throw Failure(.usage, "compare: expected run folders: ebm-dist compare DIR DIR. See ebm-dist compare --help.")
        }
        let text = try communicator.fromRoot {
            let comparison = try RunComparison(arguments.positional)
            if let path = arguments["--out"] { try AtomicFile.write(Array((try comparison.json + "\n").utf8), to: path) }
            return arguments.has("--phases") ? comparison.phases() : comparison.text()
        }
        Console(communicator).line(text)
    }
}

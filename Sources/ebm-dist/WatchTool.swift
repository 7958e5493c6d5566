import Distributed
import Failures
import Training

enum WatchTool: Command {
    static let name = "watch"
    static let summary = "follows a run from another terminal until it ends, without touching it"
    static let usage = "DIR"
    static let options: [Option] = []
    static let arguments = Completion.Words.folders
    static let isSilent = false

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        guard arguments.positional.count == 1, let folder = arguments.positional.first else {
            throw Failure(.usage, "watch: expected one run folder: ebm-dist watch DIR. See ebm-dist watch --help.")
        }
        try RunWatch(folder).run(communicator)
    }
}

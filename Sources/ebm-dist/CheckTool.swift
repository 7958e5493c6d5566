import Commands
import Distributed
import Failures
import Training

enum CheckTool: Command {
    static let name = "check"
    static let summary = "tests this machine: random numbers, gradients, collectives, checkpoints, a small training"
    static let usage = ""
    static let options: [Option] = []
    static let isSilent = false

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        try arguments.refusePositional()
        let console = Console(communicator)
        try SelfTest.run(communicator) { console.line($0) }
    }
}

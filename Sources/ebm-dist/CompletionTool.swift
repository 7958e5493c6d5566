import Distributed
import Failures

enum CompletionTool: Command {
    static let name = "completion"
    static let summary = "prints completions of commands, options and keys for a shell: source <(ebm-dist completion bash)"
    static let usage = "bash|zsh|fish"
    static let options: [Option] = []
    static var arguments: Completion.Words { .words(Completion.Shell.allCases.map(\.rawValue)) }

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        guard arguments.positional.count == 1, let shell = Completion.Shell(rawValue: arguments.positional[0]) else {
            throw Failure(.usage, "completion: expected one of bash, zsh, fish. See ebm-dist completion --help.")
        }
        Console(communicator).verbatim(shell.script)
    }
}

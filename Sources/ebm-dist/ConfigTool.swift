import Distributed
import Failures
import Training

enum ConfigTool: Command {
    static let name = "config"
    static let summary = "prints the resolved configuration, or all defaults"
    static let usage = "[CONFIG] [key=value ...] | --defaults"
    static let options = [
        Option(name: "--defaults", value: nil, explanation: "every key with its default and a comment")
    ]

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        if arguments.has("--defaults") { try arguments.refusePositional() }
        let text = try communicator.fromRoot {
            guard !arguments.has("--defaults") else { return try RunConfiguration.defaultsWithComments() }
            let resolved = try ConfigurationSource(arguments).resolved
            return try resolved.configuration.encodedJSON5(header: resolved.sentences)
        }
        Console(communicator).line(text)
    }
}

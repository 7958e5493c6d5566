import Configuration
import Distributed
import Failures
import Formats
import Training

enum ConfigTool: Command {
    static let name = "config"
    static let summary = "prints the resolved configuration, or all defaults; explains a key or a group of keys"
    static let usage = "[CONFIG] [key=value ...] | KEY | GROUP | --defaults | --table"
    static let options = [
        Option(name: "--defaults", value: nil, explanation: "every key with its default and a comment"),
        Option(name: "--table", value: nil, explanation: "every key as a table in Markdown"),
    ]
    static let arguments = Completion.Words.keys

    static func run(_ arguments: Arguments, _ communicator: any Communicator) throws(Failure) {
        if arguments.has("--defaults") || arguments.has("--table") { try arguments.refusePositional() }
        let text = try communicator.fromRoot { () throws -> String in
            if let topic = topic(arguments) {
                guard let text = ConfigurationKey.help(for: topic) else {
                    throw ConfigurationKey.unknownTopic(topic, things: "file, key or group of keys")
                }
                return text
            }
            guard !arguments.has("--table") else { return ConfigurationKey.tables }
            guard !arguments.has("--defaults") else { return try RunConfiguration.defaultsWithComments() }
            let resolved = try ConfigurationSource(arguments).resolved()
            return try resolved.configuration.encodedJSON5(header: resolved.sentences + resolved.notes)
        }
        Console(communicator).verbatim(text)
    }

    /// A lone word that is a key or a group, or neither and no file: `./model` is a file of that name.
    private static func topic(_ arguments: Arguments) -> String? {
        guard arguments.positional.count == 1, let word = arguments.positional.first, !word.contains("="), !word.contains("/") else {
            return nil
        }
        if ConfigurationKey.called(word) != nil || ConfigurationKey.groups.contains(word) { return word }
        return PathKind(word) == .nothing && !word.hasSuffix(".json5") && !word.hasSuffix(".json") ? word : nil
    }
}

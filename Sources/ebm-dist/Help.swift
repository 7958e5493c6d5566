import Configuration
import Failures
import Training

/// What `help` says: of the program, of its commands, and of the keys of the configuration.
enum Help {
    static func text(for topics: [String]) throws(Failure) -> String {
        guard !topics.isEmpty else { return overview }
        return try topics.map { (topic) throws(Failure) in try text(for: topic) }.joined(separator: "\n\n")
    }

    private static func text(for topic: String) throws(Failure) -> String {
        if let command = CommandLineTool.commands.first(where: { $0.name == topic }) {
            // `evaluate` is a group of keys too.
            guard let keys = ConfigurationKey.help(for: topic) else { return command.help }
            return "\(command.help)\n\n\(keys)"
        }
        guard let text = ConfigurationKey.help(for: topic) else {
            throw ConfigurationKey.unknownTopic(
                topic, things: "command, key or group of keys", names: CommandLineTool.commands.map { $0.name })
        }
        return text
    }

    private static var overview: String {
        let commands = CommandLineTool.commands
        let width = (commands.map { $0.name.count }.max() ?? 0) + 4
        let rows = commands.map { TextLayout.paragraph("  \($0.name)", $0.summary, indent: width) }
        return """
            ebm-dist trains energy-based models on one machine or, started by mpirun or Slurm, on many.

            usage: [mpirun -n RANKS] ebm-dist [COMMAND] [OPTIONS]

            \(rows.joined(separator: "\n"))

            Without a command it trains on the digits that it carries.
            ebm-dist COMMAND --help     explains a command, as ebm-dist help COMMAND does
            ebm-dist help KEY           explains a configuration key such as sampler.steps, or a group of keys such as sampler
            ebm-dist config --defaults  lists every key with its default
            ebm-dist --version          says which program this is
            """
    }
}

import Configuration

/// What a shell offers for a word of the command line, made from the declarations of commands, options and keys.
enum Completion {
    /// What stands for a word.
    enum Words: Equatable {
        /// Nothing is known of it.
        case anything
        case folders
        case files
        case words([String])
        /// `key=value` pairs, or a configuration file.
        case keys
    }

    /// The shells that there are completions for.
    enum Shell: String, CaseIterable {
        case bash, zsh, fish

        var script: String {
            switch self {
            case .bash: BashCompletion.script
            case .zsh: ZshCompletion.script
            case .fish: FishCompletion.script
            }
        }
    }

    static var commands: [any Command.Type] { CommandLineTool.commands }

    /// The commands and the words that are none, but stand in their place.
    static var firstWords: [(word: String, summary: String)] {
        commands.map { ($0.name, $0.summary) } + [
            ("help", "explains a command, a key or a group of keys"), ("--version", "says which program this is"),
        ]
    }

    /// Keys that have a few values, and the words for them.
    static var keysWithWords: [(path: String, words: [String])] {
        ConfigurationKey.all.compactMap { key in
            switch key.rule {
            case .choice(let words): (key.path, words)
            case .flag: (key.path, ["true", "false"])
            default: nil
            }
        }
    }
}

extension Option {
    /// What completes its value, by the word that stands for it in the help; nil for a switch.
    var completion: Completion.Words? {
        guard let value else { return nil }
        if value == "DIR" { return .folders }
        let words = value.split(separator: "|").map(String.init).filter { !$0.isEmpty && $0.allSatisfy { $0.isLowercase || $0 == "-" } }
        if !words.isEmpty { return .words(words) }
        let isFile = value.split(separator: "|").contains { ["PATH", "FILE"].contains($0) || $0.hasPrefix("F.") }
        return isFile ? .files : .anything
    }
}

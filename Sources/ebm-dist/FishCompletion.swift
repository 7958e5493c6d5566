import Configuration

/// Completions for fish, with the explanations of commands, options and keys.
enum FishCompletion {
    static var script: String {
        let names = Completion.commands.map { $0.name }.joined(separator: " ")
        let first = Completion.firstWords.map { line("not __fish_seen_subcommand_from \(names) help", "-a \(quoted($0.word))", $0.summary) }
        let options = Completion.commands.flatMap { command in
            command.options.map { option in
                let value = option.completion.map { " \(action($0))" } ?? ""
                return line(
                    "__fish_seen_subcommand_from \(command.name)", "-l \(option.name.drop { $0 == "-" })\(value)", option.explanation)
            }
        }
        let rests = Completion.commands.compactMap { command in
            let condition = "__fish_seen_subcommand_from \(command.name)"
            switch command.arguments {
            case .folders: return "complete -c ebm-dist -n \(quoted(condition)) \(action(.folders))"
            case .words(let words): return "complete -c ebm-dist -n \(quoted(condition)) \(action(.words(words)))"
            default: return nil
            }
        }
        let takers = Completion.commands.filter { $0.arguments == .keys }.map { $0.name }.joined(separator: " ")
        let condition = "__fish_seen_subcommand_from \(takers)"
        let keys = ConfigurationKey.all.map { line(condition, "-a \(quoted("\($0.path)="))", $0.meaning) }
        let values = Completion.keysWithWords.map { key in
            line(condition, "-a \(quoted(key.words.map { "\(key.path)=\($0)" }.joined(separator: " ")))", "value")
        }
        return """
            # Completions of ebm-dist for fish, made by `ebm-dist completion fish`.
            complete -c ebm-dist -e
            \((first + options + rests + keys + values).joined(separator: "\n"))
            complete -c ebm-dist -n '__fish_seen_subcommand_from help' -f -a '\(names) \(ConfigurationKey.all.map(\.path).joined(separator: " "))'
            complete -c ebm-dist -l help -d 'explains the command'
            """
    }

    private static func line(_ condition: String, _ what: String, _ explanation: String) -> String {
        "complete -c ebm-dist -n \(quoted(condition)) \(what) -d \(quoted(explanation))"
    }

    private static func action(_ words: Completion.Words) -> String {
        switch words {
        case .anything: "-x"
        case .folders: "-x -a '(__fish_complete_directories)'"
        case .files, .keys: "-r -F"
        case .words(let words): "-x -a '\(words.joined(separator: " "))'"
        }
    }

    private static func quoted(_ text: String) -> String {
        "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}

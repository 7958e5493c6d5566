import Configuration

/// Completions for zsh, with the explanations of commands, options and keys.
enum ZshCompletion {
    static var script: String {
        let commands = Completion.firstWords.map { "        \(quoted("\(escaped($0.word)):\($0.summary)"))" }
        let cases = Completion.commands.map { command in
            let options = command.options.map { option in
                let title = "\(option.repeats ? "*" : "")\(option.name)\(option.value == nil ? "" : "=")[\(escaped(option.explanation))]"
                return option.value.map { quoted("\(title):\(escaped($0)):\(action(option.completion ?? .anything))") } ?? quoted(title)
            }
            let rest = command.arguments == .anything ? [] : [quoted("*:argument:\(action(command.arguments))")]
            let lines = (options + [quoted("--help[explains the command]")] + rest).map { "            \($0)" }
            return "    \(command.name)) _arguments -S \\\n\(lines.joined(separator: " \\\n")) ;;"
        }
        let keys = ConfigurationKey.all.map { "        \(quoted("\($0.path)=:\($0.meaning)"))" }
        let values = Completion.keysWithWords.map { "        *\($0.path)=) compadd -- \($0.words.joined(separator: " ")) ;;" }
        return """
            #compdef ebm-dist
            # Completions of ebm-dist for zsh, made by `ebm-dist completion zsh`.
            _ebm_dist_keys() {
                local -a keys
                keys=(
            \(keys.joined(separator: "\n"))
                )
                if compset -P '*='; then
                    case $IPREFIX in
            \(values.joined(separator: "\n"))
                    *) _files ;;
                    esac
                    return
                fi
                _describe -t keys key keys -S ''
                _files
            }
            _ebm_dist() {
                local -a commands
                commands=(
            \(commands.joined(separator: "\n"))
                )
                if ((CURRENT == 2)); then
                    _describe -t commands command commands
                    _ebm_dist_keys
                    return
                fi
                local command=$words[2]
                shift words
                ((CURRENT--))
                case $command in
            \(cases.joined(separator: "\n"))
                help) compadd -- \(Completion.commands.map { $0.name }.joined(separator: " ")) \(ConfigurationKey.all.map(\.path).joined(separator: " ")) ;;
                *) _ebm_dist_keys ;;
                esac
            }
            if [[ $funcstack[1] == _ebm_dist ]]; then _ebm_dist "$@"; else compdef _ebm_dist ebm-dist; fi
            """
    }

    private static func action(_ words: Completion.Words) -> String {
        switch words {
        case .anything: " "
        case .folders: "_files -/"
        case .files: "_files"
        case .keys: "_ebm_dist_keys"
        case .words(let words): "(\(words.joined(separator: " ")))"
        }
    }

    /// Text inside of a specification.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if #"[]:\"#.contains(character) { result.append("\\") }
            result.append(character)
        }
    }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: #"'\''"#))'" }
}

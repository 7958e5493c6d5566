import Configuration
import Formats

/// Completions for bash, which splits words at "=": what stands in front of it is the word before.
enum BashCompletion {
    static var script: String {
        let commands = Completion.commands.map { $0.name }.joined(separator: " ")
        let keys = ConfigurationKey.all.map { $0.path + "=" }.joined(separator: " ")
        let first = Completion.firstWords.map(\.word).joined(separator: " ")
        return """
            # Completions of ebm-dist for bash, made by `ebm-dist completion bash`.
            _ebm_dist() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words="" kind=""
                COMPREPLY=()
                local keys="\(keys)"
                if [[ $word == "=" ]]; then
                    word=""
                elif [[ $before == "=" ]]; then
                    before=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                case $command in
                \(commands.replacing(" ", with: " | "))) ;;
                help) [[ $COMP_CWORD == 1 ]] || words="\(commands) ${keys//=/}" ;;
                *) command=train ;;
                esac
                case "$command $before" in
            \((optionValues + keyValues).joined(separator: "\n"))
                *)
                    case $command in
            \(others.joined(separator: "\n"))
                    esac
                    [[ $COMP_CWORD != 1 ]] || words="\(first) $words"
                    ;;
                esac
                local IFS=$'\\n'
                case $kind in
                folders) COMPREPLY=($(compgen -d -- "$word")) && compopt -o filenames ;;
                files | keys) COMPREPLY=($(compgen -f -- "$word")) && compopt -o filenames ;;
                esac
                [[ $kind != keys ]] || words+=" $keys"
                IFS=$' \\n'
                COMPREPLY+=($(compgen -W "$words" -- "$word"))
                if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
            }
            complete -F _ebm_dist ebm-dist
            """
    }

    /// What completes the values of options, as cases of command and option.
    private static var optionValues: [String] {
        Completion.commands.flatMap { command in
            command.options.compactMap { option in
                guard let action = option.completion.flatMap(action) else { return nil }
                return "    \"\(command.name) \(option.name)\") \(action) ;;"
            }
        }
    }

    /// The same of keys, whatever the command.
    private static var keyValues: [String] {
        Completion.keysWithWords.compactMap { key in action(.words(key.words)).map { "    *\" \(key.path)\") \($0) ;;" } }
    }

    /// What stands elsewhere in the command line of a command.
    private static var others: [String] {
        Completion.commands.map { command in
            let names = (command.options.map(\.name) + ["--help"]).joined(separator: " ")
            let action = action(command.arguments) ?? ":"
            return "        \(command.name)) words=\"\(names)\"; \(action) ;;"
        }
    }

    /// What is done in the shell; nil for nothing.
    private static func action(_ words: Completion.Words) -> String? {
        switch words {
        case .anything: nil
        case .folders: "kind=folders"
        case .files: "kind=files"
        case .keys: "kind=keys"
        case .words(let words): "words+=\" \(words.joined(separator: " "))\""
        }
    }
}

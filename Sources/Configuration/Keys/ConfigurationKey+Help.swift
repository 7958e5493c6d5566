import Failures
import Formats

extension ConfigurationKey {
    /// What a key, or a group of keys, is: for the person who asks for it by its path, by its group, or by a name that one key has.
    /// - Returns: nil for what is neither.
    public static func help(for word: String) -> String? {
        if groups.contains(word) { return help(group: word) }
        let keys = called(word).map { [$0] } ?? all.filter { [$0.name, $0.path].map { $0.lowercased() }.contains(word.lowercased()) }
        return keys.count == 1 ? keys[0].help() : nil
    }

    /// The failure of a word that is none of the things it may be: what is most like it.
    /// - Parameters:
    ///   - things: such as `key of the configuration or group of keys`.
    ///   - names: what else it may have been, beside keys and groups.
    public static func unknownTopic(_ word: String, things: String, names: [String] = []) -> Failure {
        let hint =
            if let name = Spelling.nearest(to: word, in: names + groups) {
                "did you mean \"\(name)\"?"
            } else if suggestion(for: word) != nil {
                "\(hint(for: word))."
            } else {
                "the groups are \(groups.joined(separator: ", "))."
            }
        return Failure(.usage, "'\(word)' is no \(things): \(hint) See ebm-dist --help and ebm-dist config --defaults.")
    }

    /// Meaning, values, default, and what a continued run may do.
    private func help() -> String {
        let change =
            switch continuation {
            case .fixed: "the value stays: it touches the mathematics, so another one needs a new run folder (--out)"
            case .free: "another value may be given when the run continues"
            case .growing: "a greater value may be given when the run continues"
            case .place: "another place may be given when the run continues, as long as the same data lie there"
            }
        let rows =
            [("values", allowed), ("default", standard.text)] + (needs == .always ? [] : [("needs", needs.words)]) + [
                ("later", change),
                ("given as", "\(assignments) on the command line, or \(group): { \(name): VALUE } in a configuration file"),
            ]
        return
            ([TextLayout.paragraph(path, meaning, indent: path.count + 2)]
            + rows.map { TextLayout.paragraph("  " + $0.0, $0.1, indent: 13) }).joined(separator: "\n")
    }

    /// The key as an argument, behind what it needs over the defaults.
    private var assignments: String {
        let standard = RunConfiguration()
        let ways = needs.ways.map { way in way.filter { standard[$0.key] != $0.value } }
        let given = (ways.min { $0.count < $1.count } ?? [:]).sorted { $0.key < $1.key }.map { path, value in
            if case .string(let word) = value { "\(path)=\(word)" } else { "\(path)=\(value.text)" }
        }
        return (given + ["\(path)=VALUE"]).joined(separator: " ")
    }

    /// The keys of a group with their defaults and meanings.
    private static func help(group: String) -> String {
        let keys = all.filter { $0.group == group }
        let heads = keys.map { "  \($0.path) = \($0.standard.text)" }
        let indent = min(44, (heads.map(\.count).max() ?? 0) + 2)
        let rows = zip(keys, heads).map { key, head in TextLayout.paragraph(head, key.comment, indent: indent) }
        return "\(group): \(keys.count) keys with their defaults; ebm-dist help \(keys[0].path) says more of one\n"
            + (groupNeeds[group].map { TextLayout.paragraph("it needs", $0.words, indent: 9) + "\n" } ?? "")
            + rows.joined(separator: "\n")
    }
}

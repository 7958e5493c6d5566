import Failures

extension ConfigurationKey {
    /// What a key, or a group of keys, is: for the person who asks for it by its path, by its group, or by a name that one key has.
    /// - Returns: nil for what is neither.
    public static func help(for word: String) throws(Failure) -> String? {
        if groups.contains(word) { return try help(group: word) }
        let keys = named(word).map { [$0] } ?? all.filter { $0.name.lowercased() == word.lowercased() }
        return keys.count == 1 ? try keys[0].help() : nil
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
    private func help() throws(Failure) -> String {
        let standard = try ConfigurationValues(RunConfiguration())[path].text
        let change =
            switch continuation {
            case .fixed: "the value stays: it touches the mathematics, so another one needs a new run folder (--out)"
            case .free: "another value may be given when the run continues"
            case .growing: "a greater value may be given when the run continues"
            case .place: "another place may be given when the run continues, as long as the same data lie there"
            }
        let rows = [
            ("values", allowed), ("default", standard), ("later", change),
            ("given as", "\(path)=VALUE on the command line, or \(group): { \(name): VALUE } in a configuration file"),
        ]
        return
            ([TextLayout.paragraph(path, comment, indent: path.count + 2)]
            + rows.map { TextLayout.paragraph("  " + $0.0, $0.1, indent: 13) }).joined(separator: "\n")
    }

    /// The keys of a group with their defaults and meanings.
    private static func help(group: String) throws(Failure) -> String {
        let (keys, defaults) = (all.filter { $0.group == group }, try ConfigurationValues(RunConfiguration()))
        let heads = keys.map { "  \($0.path) = \(defaults[$0.path].text)" }
        let indent = min(44, (heads.map(\.count).max() ?? 0) + 2)
        let rows = zip(keys, heads).map { key, head in TextLayout.paragraph(head, key.comment, indent: indent) }
        return "\(group): \(keys.count) keys with their defaults; ebm-dist help \(keys[0].path) says more of one\n"
            + rows.joined(separator: "\n")
    }
}

import Failures

extension ConfigurationKey {
    /// The key with this path.
    public static func named(_ path: String) -> ConfigurationKey? { byPath[path] }

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

    /// The groups, in the order of their keys.
    public static let groups: [String] = all.reduce(into: []) { groups, key in if groups.last != key.group { groups.append(key.group) } }

    /// What a person may have meant by a path that is no key.
    public enum Suggestion: Hashable, Sendable {
        /// Paths of keys, the likeliest first, and what has to be known of them.
        case keys([String], remark: String?)
        /// No key: where the thing is to be had.
        case other(String)
    }

    /// What is most like a mistyped path; nil when nothing is.
    ///
    /// The part behind the point decides, compared without capitals, points, `_` and `-`; a right name in the wrong group counts as two mistakes.
    /// Before what is merely similar stand words that other programs have for a thing (``FieldWord``).
    public static func suggestion(for path: String) -> Suggestion? {
        let parts = path.split(separator: ".", maxSplits: 1).map { plain($0) }
        guard let name = parts.last, !name.isEmpty else { return nil }
        let group = parts.count == 2 ? FieldWord.group(for: parts[0]) : nil
        let alike = all.compactMap { key in key.cost(of: name, in: group).map { (key.path, $0) } }
        let least = alike.map(\.1).min()
        let nearest = Suggestion.keys(alike.filter { $0.1 == least }.map(\.0), remark: nil)
        // A word alone is a word first: `iterations` means the run's, whatever kernel has a key of that name.
        if let least, group == nil ? least == 0 && FieldWord.named(name) == nil : least <= 1 { return nearest }
        return FieldWord.named(name)?.suggestion ?? FieldWord.named(plain(path[...]))?.suggestion ?? (least == nil ? nil : nearest)
    }

    /// The group that a word in place of one may mean; nil when none is like it.
    static func nearestGroup(to word: String) -> String? {
        let meant = FieldWord.group(for: plain(word[...]))
        return groups.contains(meant) ? meant : Spelling.nearest(to: word, in: groups)
    }

    /// The sentence about it for a message.
    static func hint(for path: String) -> String {
        switch suggestion(for: path) {
        case .keys(let paths, let remark):
            let names = paths.prefix(4).map { "\"\($0)\"" }.joined(separator: ", ")
            return "the nearest known key\(paths.count == 1 ? " is" : "s are") \(names)\(remark.map { " (\($0))" } ?? "")"
        case .other(let sentence): return sentence
        case nil: return "no known key is like it"
        }
    }

    /// Mistakes by which a name, in a group where one is given, is this key's; nil where it is another.
    private func cost(of wanted: String, in wantedGroup: String?) -> Int? {
        guard let cost = Spelling.cost(of: wanted, as: Self.plain(name[...])) else { return nil }
        guard let wantedGroup else { return cost }
        return cost + min(2, Spelling.distance(wantedGroup, group))
    }

    /// Lower case letters and digits alone: `learning_rate` and `learningRate` are one word.
    package static func plain(_ text: Substring) -> String { String(text.lowercased().filter { $0.isLetter || $0.isNumber }) }
}

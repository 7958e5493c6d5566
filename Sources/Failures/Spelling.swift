/// Names that a person may have meant.
public enum Spelling {
    /// The name most like a mistyped one: by few letters that differ, or by a long common beginning; nil when none is alike.
    public static func nearest(to word: String, in names: [String]) -> String? {
        let wanted = word.lowercased()
        let alike = names.compactMap { name in cost(of: wanted, as: name.lowercased()).map { (name, $0) } }
        return alike.min { $0.1 < $1.1 }?.0
    }

    /// " Did you mean ...?", or nothing when no name is alike.
    public static func hint(for word: String, in names: [String]) -> String {
        nearest(to: word, in: names).map { " Did you mean \"\($0)\"?" } ?? ""
    }

    /// How far a word is from a name, in mistakes; nil where it is none of the name's misspellings.
    ///
    /// A third of the letters may differ. A common beginning of four letters, and of half the name, is as good as two mistakes: `eval`, `diagnostics`.
    public static func cost(of word: String, as name: String) -> Int? {
        let mistakes = distance(word, name)
        if mistakes <= max(1, name.unicodeScalars.count / 3) { return mistakes }
        let common = zip(word.unicodeScalars, name.unicodeScalars).prefix { $0 == $1 }.count
        return common >= 4 && 2 * common >= name.unicodeScalars.count ? max(2, 4 - common / 2) : nil
    }

    /// The number of insertions, deletions, replacements and swaps of neighbouring letters that turn one text into the other (optimal string alignment);
    /// only the first 100 letters count.
    public static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first.unicodeScalars.prefix(100)), Array(second.unicodeScalars.prefix(100)))
        var (beforeLast, last) = ([Int](), Array(0...second.count))
        for i in first.indices {
            var row = [i + 1]
            for j in second.indices {
                var best = min(last[j] + (first[i] == second[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] { best = min(best, beforeLast[j - 1] + 1) }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[second.count]
    }
}

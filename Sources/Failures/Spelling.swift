/// Names that a person may have meant.
public enum Spelling {
    /// The name most like a mistyped one; nil when none is alike.
    public static func nearest(to word: String, in names: [String]) -> String? {
        let wanted = word.lowercased()
        let best = names.map { ($0, distance(wanted, $0.lowercased())) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= max(2, best.0.unicodeScalars.count / 2) else { return nil }
        return best.0
    }

    /// " Did you mean ...?", or nothing when no name is alike.
    public static func hint(for word: String, in names: [String]) -> String {
        nearest(to: word, in: names).map { " Did you mean \"\($0)\"?" } ?? ""
    }

    /// The number of insertions, deletions and replacements of letters that turn one text into the other (Levenshtein); only the first 100 letters count.
    public static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first.unicodeScalars.prefix(100)), Array(second.unicodeScalars.prefix(100)))
        var row = Array(0...second.count)
        for (i, a) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in second.enumerated() {
                let replaced = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[second.count]
    }
}

extension ConfigurationKey {
    /// The key with this path.
    public static func named(_ path: String) -> ConfigurationKey? { byPath[path] }

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

    /// The known key that is most like a mistyped one, compared as a whole and by its last part in any group; nil when none is alike.
    public static func nearest(to path: String) -> ConfigurationKey? {
        let wanted = Array(path.lowercased().unicodeScalars.prefix(100))
        let last = Array(wanted.split(separator: ".").last ?? [])
        var best: (key: ConfigurationKey, distance: Int)?
        for key in all {
            let whole = editDistance(wanted, Array(key.path.lowercased().unicodeScalars))
            // A right name in the wrong group counts as one mistake.
            let name = editDistance(last, Array(key.name.lowercased().unicodeScalars)) + 1
            let distance = min(whole, name)
            if distance < best?.distance ?? Int.max { best = (key, distance) }
        }
        guard let best, best.distance <= max(2, last.count / 2) else { return nil }
        return best.key
    }

    /// Insertions, deletions and replacements that turn one text into the other (Levenshtein).
    static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
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

import Failures

extension ConfigurationKey {
    /// The key with this path.
    public static func named(_ path: String) -> ConfigurationKey? { byPath[path] }

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

    /// The known key that is most like a mistyped one, compared as a whole and by its last part in any group; nil when none is alike.
    public static func nearest(to path: String) -> ConfigurationKey? {
        let wanted = path.lowercased()
        let last = wanted.split(separator: ".").last.map(String.init) ?? ""
        var best: (key: ConfigurationKey, distance: Int)?
        for key in all {
            let whole = Spelling.distance(wanted, key.path.lowercased())
            // A right name in the wrong group counts as one mistake.
            let name = Spelling.distance(last, key.name.lowercased()) + 1
            let distance = min(whole, name)
            if distance < best?.distance ?? Int.max { best = (key, distance) }
        }
        guard let best, best.distance <= max(2, last.unicodeScalars.count / 2) else { return nil }
        return best.key
    }
}

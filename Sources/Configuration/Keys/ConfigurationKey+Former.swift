import Formats

/// Names of earlier versions: they are read, and what they are called now is said.
extension ConfigurationKey {
    /// The key with this path, or which had it.
    public static func called(_ path: String) -> ConfigurationKey? { named(path) ?? byFormerPath[path] }

    private static let byFormerPath = Dictionary(
        uniqueKeysWithValues: all.flatMap { key in key.formerly.map { ($0, key) } })

    /// A value with the word that it has today, and the renaming in words where it was another.
    func inWordsOfToday(_ value: JSONValue) -> (JSONValue, renaming: String?) {
        guard case .string(let word) = value, let today = formerWords[word] else { return (value, nil) }
        return (.string(today), "\"\(word)\" is called \"\(today)\" now")
    }

    /// `path = value` with the names that key and word had first: what checkpoints are bound to does not change with names.
    func firstText(_ value: JSONValue) -> String {
        let first: JSONValue =
            if case .string(let word) = value, let former = formerWords.first(where: { $0.value == word }) {
                .string(former.key)
            } else {
                value
            }
        return "\(formerly.first ?? path) = \(first.text)"
    }
}

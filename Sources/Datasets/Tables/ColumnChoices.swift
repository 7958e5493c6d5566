import Failures

/// What a person says of columns, `NAME=WORD` each: `data.kinds`, `data.scale`, `data.rows`.
public struct ColumnChoices: Hashable, Codable, Sendable {
    /// The key, for messages.
    let key: String
    /// By the names of columns, in the given order.
    let choices: [Choice]

    struct Choice: Hashable, Codable, Sendable {
        /// Nil: every column without a choice of its own.
        let column: String?
        let word: String
    }

    /// - Parameter allowsAll: whether a word alone stands for all columns.
    /// - Throws: `.configuration` for an entry without a name, and for a name that stands twice.
    public init(_ entries: [String], key: String, form: String, allowsAll: Bool = false) throws(Failure) {
        var choices: [Choice] = []
        for entry in entries {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let choice =
                parts.count == 2
                ? Choice(column: parts[0], word: parts[1]) : Choice(column: allowsAll ? nil : "", word: parts[0])
            guard choice.column != "", !choice.word.isEmpty else {
                throw Failure(.configuration, "\(key): expected entries such as \(form), found '\(entry)'")
            }
            guard !choices.contains(where: { $0.column == choice.column }) else {
                throw Failure(.configuration, "\(key): expected one entry for a column, found two for \(choice.column ?? "all")")
            }
            choices.append(choice)
        }
        (self.key, self.choices) = (key, choices)
    }

    /// None.
    public init() { (key, choices) = ("", []) }

    public var isEmpty: Bool { choices.isEmpty }
    /// The columns that are named.
    public var names: [String] { choices.compactMap(\.column) }

    /// What was said of a column, or of all.
    func word(for column: String) -> String? { choices.first { $0.column == column }?.word ?? choices.first { $0.column == nil }?.word }

    /// - Throws: `.configuration` for a column that the table has not, with the name most like it.
    func check(_ names: [String], _ place: String) throws(Failure) {
        guard let foreign = self.names.first(where: { !names.contains($0) }) else { return }
        throw Failure(
            .configuration,
            "\(key): expected a column of \(place), which has \(names.isEmpty ? "no names" : names.joined(separator: ", ")), found '\(foreign)'."
                + Spelling.hint(for: foreign, in: names))
    }
}

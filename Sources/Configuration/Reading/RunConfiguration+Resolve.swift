import Failures

extension RunConfiguration {
    /// The configuration of a command: the defaults, over them the file, over it the `key=value` arguments; then validated.
    ///
    /// A key that has no effect is refused where it was given; a key of the file that only an argument took the effect from is left at its default.
    /// - Parameters:
    ///   - file: the bytes of the JSON5 file, or nil for the defaults.
    ///   - name: the file's name for messages.
    ///   - arguments: `group.key=value`; a value is JSON5, or a text without quotes.
    /// - Throws: `.configuration` with file or "command line", key, what was expected and found; `.usage` for an argument without "=".
    public static func resolve(file: [UInt8]? = nil, name: String = "configuration", arguments: [String] = []) throws(Failure)
        -> RunConfiguration
    {
        try AskedConfiguration(file: file, name: name, arguments: arguments).resolved().configuration
    }

    /// The configuration of a run folder; an earlier version may have written keys that are no more, and words that are others now.
    package static func resolve(stored file: [UInt8], name: String) throws(Failure) -> RunConfiguration {
        try AskedConfiguration(file: file, name: name, arguments: [], isStored: true).stored()
    }
}

import Failures

extension RunConfiguration {
    /// The configuration of a command: the defaults, over them the file, over it the `key=value` arguments; then validated.
    ///
    /// `objective.kind` and `chains.start` name the same choice from two sides, so within each layer one that stands alone decides the other;
    /// two that contradict each other in one layer are refused.
    /// - Parameters:
    ///   - file: the bytes of the JSON5 file, or nil for the defaults.
    ///   - name: the file's name for messages.
    ///   - arguments: `group.key=value`; a value is JSON5, or a text without quotes.
    /// - Throws: `.configuration` with file or "command line", key, what was expected and found; `.usage` for an argument without "=".
    public static func resolve(file: [UInt8]? = nil, name: String = "configuration", arguments: [String] = []) throws(Failure)
        -> RunConfiguration
    {
        try AskedConfiguration(file: file, name: name, arguments: arguments).resolved()
    }

    /// The configuration of a run folder; an earlier version may have written keys that are no more.
    static func resolve(stored file: [UInt8], name: String) throws(Failure) -> RunConfiguration {
        try AskedConfiguration(file: file, name: name, arguments: [], leavingOut: ["objective.scaledByNoise"]).resolved(isStored: true)
    }
}

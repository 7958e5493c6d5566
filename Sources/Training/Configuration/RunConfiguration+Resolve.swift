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
        try resolve(file: file, name: name, arguments: arguments, leavingOut: [])
    }

    /// The configuration of a run folder; an earlier version may have written keys that are no more.
    static func resolve(stored file: [UInt8], name: String) throws(Failure) -> RunConfiguration {
        try resolve(file: file, name: name, arguments: [], leavingOut: ["objective.scaledByNoise"], isStored: true)
    }

    private static func resolve(
        file: [UInt8]?, name: String, arguments: [String], leavingOut former: Set<String>, isStored: Bool = false
    ) throws(Failure) -> RunConfiguration {
        var values = try ConfigurationValues(RunConfiguration())
        if let file {
            let given = try values.overlay(file: try JSON5Parser.parse(file, name: name), origin: name, leavingOut: former)
            try values.agreeOnStart(given: given, origin: name)
        }
        let given = try values.overlay(arguments: arguments)
        try values.agreeOnStart(given: given, origin: "command line")
        var configuration = try values.typed()
        // An earlier version wrote four chains also where a shard has fewer, and took those there are.
        if isStored, configuration.windowChains > configuration.run.chainsPerShard { configuration.diagnostics.chains = nil }
        try configuration.validate()
        return configuration
    }
}

extension ConfigurationValues {
    fileprivate mutating func agreeOnStart(given: Set<String>, origin: String) throws(Failure) {
        var configuration = try typed()
        switch (given.contains("objective.kind"), given.contains("chains.start")) {
        case (true, false): if let start = configuration.objective.kind.start { configuration.chains.start = start }
        case (false, true) where configuration.objective.kind.start != nil:
            configuration.objective.kind = configuration.chains.start.objective
        default: try configuration.checkStart(origin: origin)
        }
        self = try ConfigurationValues(configuration)
    }
}

import Failures

/// What a file and `key=value` arguments ask for over the defaults, and which keys they set.
package struct AskedConfiguration {
    private(set) var values: ConfigurationValues
    /// The keys that the file sets.
    private(set) var givenByFile: Set<String> = []
    private var givenByArguments: Set<String> = []

    /// - Parameter former: keys of earlier versions, which are passed over in the file.
    /// - Throws: `.configuration` with file or "command line", key, what was expected and found; `.usage` for an argument without "=".
    package init(file: [UInt8]?, name: String, arguments: [String], leavingOut former: Set<String> = []) throws(Failure) {
        values = try ConfigurationValues(RunConfiguration())
        if let file {
            givenByFile = try values.overlay(file: try JSON5Parser.parse(file, name: name), origin: name, leavingOut: former)
            try values.agreeOnStart(given: givenByFile, origin: name)
        }
        givenByArguments = try values.overlay(arguments: arguments)
        try values.agreeOnStart(given: givenByArguments, origin: "command line")
    }

    /// The keys that somebody sets.
    package var given: Set<String> { givenByFile.union(givenByArguments) }

    /// What is asked for, the rest at its defaults; the keys are not yet checked against each other.
    package var configuration: RunConfiguration {
        get throws(Failure) { try values.typed() }
    }

    /// The valid configuration that has `chosen` where nobody sets a key, and the defaults elsewhere.
    /// - Parameter isStored: whether the file is that of a run folder, which an earlier version may have written.
    /// - Throws: `.configuration`.
    func resolved(over chosen: [String: JSONValue] = [:], isStored: Bool = false) throws(Failure) -> RunConfiguration {
        var values = values
        try values.fill(chosen, except: given)
        if given.union(chosen.keys).isDisjoint(with: ["sampler.kind", "sampler.stepSize", "sampler.noise"]) {
            try values.fill(try values.typed().samplerOfScores, except: given)
        }
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

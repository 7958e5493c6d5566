import Failures
import Formats
import Learning

/// What a file and `key=value` arguments ask for over the defaults.
package struct AskedConfiguration {
    private let file: ConfigurationLayer?
    private let arguments: ConfigurationLayer
    /// With the defaults for what nobody sets: by the file alone, and with the arguments over it.
    private let (ofFile, values): (ConfigurationValues, ConfigurationValues)
    /// What has another name today.
    private let renamings: [String]

    /// - Parameter isStored: whether the file is that of a run folder, which an earlier version may have written.
    /// - Throws: `.configuration` with file or "command line", key, what was expected and found; `.usage` for an argument without "=".
    package init(file bytes: [UInt8]?, name: String, arguments: [String], isStored: Bool = false) throws(Failure) {
        var values = ConfigurationValues(RunConfiguration())
        var file = try bytes.map { (bytes) throws(Failure) in try ConfigurationLayer(file: bytes, name: name, isStored: isStored) }
        let ofFile = try file?.lay(over: &values) ?? []
        self.ofFile = values
        var layer = try ConfigurationLayer(arguments: arguments)
        let ofArguments = try layer.lay(over: &values)
        self.values = values
        (self.file, self.arguments) = (file, layer)
        renamings = ofFile + ofArguments
    }

    /// The keys that the file sets.
    package var givenByFile: Set<String> { file?.given ?? [] }

    /// The keys that somebody sets.
    package var given: Set<String> { givenByFile.union(arguments.given) }

    /// What is asked for, the rest at its defaults; the keys are not yet checked against each other.
    package var configuration: RunConfiguration {
        get throws(Failure) { try values.typed() }
    }

    /// The valid configuration that has `chosen` where nobody sets a key, and the defaults elsewhere.
    /// - Returns: with it, what a person has to know who wrote other names, or keys of a file that have no effect here.
    /// - Throws: `.configuration`.
    func resolved(over chosen: [String: JSONValue] = [:]) throws(Failure) -> (configuration: RunConfiguration, notes: [String]) {
        var values = values
        try values.fill(chosen, except: given)
        let moves = ["sampler.kind", "sampler.stepSize", "sampler.noise"].filter {
            ConfigurationKey.named($0).map { !values.isIdle($0) } ?? false
        }
        if given.union(chosen.keys).isDisjoint(with: moves) {
            let typed = try values.typed()
            try values.fill(typed.objective.kind.ownSampler(typed), except: given)
        }
        let idle = try settle(&values)
        let configuration = try values.typed()
        try configuration.validate()
        return (configuration, renamings + idle)
    }

    /// The configuration of a run folder as it stands there: of keys without effect the values count to whoever bound a checkpoint to them.
    func stored() throws(Failure) -> RunConfiguration {
        var configuration = try values.typed()
        // An earlier version wrote four chains also where a shard has fewer, and took those there are.
        if configuration.windowChains > configuration.run.chainsPerShard { configuration.diagnostics.chains = nil }
        try configuration.validate()
        return configuration
    }
}

// MARK: - Keys without effect

extension AskedConfiguration {
    /// Leaves keys without effect at their defaults, and refuses those that somebody gave in vain: an argument, and a key of the file that has no effect
    /// beside the file's own others either.
    /// - Returns: a note on keys of the file that only the arguments took the effect from.
    private func settle(_ values: inout ConfigurationValues) throws(Failure) -> [String] {
        var alone = ofFile
        let vain = alone.settle(except: [])
        let lost = values.settle(except: arguments.given).filter { givenByFile.contains($0.path) }
        if let key = ConfigurationKey.all.first(where: { arguments.given.contains($0.path) && values.isIdle($0) }) {
            throw refusal(of: key, values[key.path], beside: values, origin: arguments.origin)
        }
        guard let file, !lost.isEmpty else { return [] }
        if !isPrinted, let key = lost.first(where: { key in vain.contains { $0.path == key.path } }) {
            throw refusal(of: key, file.values[key.path] ?? .null, beside: ofFile, origin: file.origin)
        }
        return ["\(file.origin): without effect here, so left at their defaults: \(lost.map(\.path).joined(separator: ", "))"]
    }

    /// Whether the program printed the file: nobody writes most keys by hand. An earlier version printed keys without effect as they were.
    private var isPrinted: Bool { 2 * givenByFile.count > ConfigurationKey.all.count }

    private func refusal(of key: ConfigurationKey, _ value: JSONValue, beside values: ConfigurationValues, origin: String) -> Failure {
        let found = key.needs.failing { values[$0] }.map { "\($0) = \(values[$0].text)" }
        return Failure(
            .configuration,
            "\(origin): \(key.path) = \(value.text) has no effect: it needs \(key.needs.unmet { values[$0] }.words); found \(found.joined(separator: ", "))"
        )
    }
}

extension ConfigurationValues {
    /// Whether a key says something and has no effect. One that says "nothing", as null does, or its default where that is false, 0 or [], is right
    /// without an effect.
    fileprivate func isIdle(_ key: ConfigurationKey) -> Bool {
        let value = self[key.path]
        if value == .null || (value == key.standard && Self.nothing.contains(value)) { return false }
        return !meet(key.needs)
    }

    private static let nothing: Set<JSONValue> = [.boolean(false), .integer(0), .number(0), .array([]), .string("none")]

    /// Puts keys without effect back to their defaults, until none is left: one may have been what another needs.
    /// - Returns: those keys.
    fileprivate mutating func settle(except kept: Set<String>) -> [ConfigurationKey] {
        var settled: [ConfigurationKey] = []
        while let key = ConfigurationKey.all.first(where: { !kept.contains($0.path) && self[$0.path] != $0.standard && isIdle($0) }) {
            set(key.path, key.standard)
            settled.append(key)
        }
        return settled
    }
}

// MARK: - The start of chains

extension ConfigurationLayer {
    /// Lays the layer over values.
    /// - Returns: renamings in words.
    fileprivate mutating func lay(over values: inout ConfigurationValues) throws(Failure) -> [String] {
        for (path, value) in self.values { values.set(path, value) }
        let start = try settleStart(&values)
        return (renamings + start).map { "\(origin): \($0)" }
    }

    /// Earlier versions had two names for where the chains of maximum likelihood start: `chains.start`, and the objective itself, which is left.
    private mutating func settleStart(_ values: inout ConfigurationValues) throws(Failure) -> [String] {
        guard case .string(let place)? = self.values["chains.start"], case .string(let word) = values["objective.kind"],
            let kind = ObjectiveKind(rawValue: word), let own = kind.ownStart
        else { return [] }
        let other = ObjectiveKind.all.first { $0.ownStart?.rawValue == place }?.rawValue ?? place
        let saysKind = self.values["objective.kind"] != nil
        guard own.rawValue == place || !saysKind else {
            throw Failure(
                .configuration,
                "\(origin): objective.kind = \"\(word)\" starts its chains from \"\(own.rawValue)\", found chains.start = \"\(place)\", which is "
                    + "objective.kind = \"\(other)\"; give objective.kind alone")
        }
        drop("chains.start")
        values.set("chains.start", .null)
        if saysKind { return ["chains.start = \"\(place)\" follows from objective.kind = \"\(word)\""] }
        set("objective.kind", .string(other))
        values.set("objective.kind", .string(other))
        return ["chains.start = \"\(place)\" is called objective.kind = \"\(other)\" now"]
    }
}

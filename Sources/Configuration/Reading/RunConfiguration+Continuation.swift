import Failures
import Formats
import Learning

extension RunConfiguration {
    /// A key whose value keeps a run from being continued.
    public struct Difference: Hashable, Sendable, CustomStringConvertible {
        public let key: String
        /// The value in the run folder, as JSON.
        public let stored: String
        /// The value asked for, as JSON.
        public let asked: String
        /// Why it is refused.
        public let reason: String

        public var description: String { "\(key): the run folder has \(stored), asked for \(asked); \(reason)" }
    }

    /// What keeps this configuration from continuing a run that has the `stored` one: keys that touch the mathematics, and fewer steps.
    ///
    /// Keys that may change are declared so (``Key``); keys without effect do not count. Empty: the run can be continued, with the same data.
    public func differences(from stored: RunConfiguration) throws(Failure) -> [Difference] {
        let old = try stored.continuationValues()
        let new = try continuationValues()
        var differences: [Difference] = []
        for key in ConfigurationKey.all where old[key.path] != new[key.path] && (old.meet(key.needs) || new.meet(key.needs)) {
            let reason: String
            switch key.continuation {
            case .free, .place: continue
            case .growing where run.steps >= stored.run.steps: continue
            case .growing: reason = "a continued run can only be made longer"
            case .fixed where key.path == "optimizer.decaySteps":
                reason = "the cosine schedule ends there; keep it with optimizer.decaySteps=\(old[key.path].text) when run.steps is raised"
            case .fixed: reason = "it touches the mathematics, so it needs a new run folder (--out)"
            }
            differences.append(Difference(key: key.path, stored: old[key.path].text, asked: new[key.path].text, reason: reason))
        }
        return differences
    }

    /// The keys that touch the mathematics and their values, one a line: equal text on all ranks and in all parts of a run.
    ///
    /// In the names that keys and words had first, and in the order of their declarations: a checkpoint is bound to this text.
    /// - Parameter places: also where the data are, as earlier versions had it.
    public func mathematics(withPlaces places: Bool = false) throws(Failure) -> String {
        let values = try continuationValues()
        let keys = ConfigurationKey.all.filter { key in
            switch key.continuation {
            case .fixed: key.bindsAtDefault || values[key.path] != key.standard
            case .place: places && (key.bindsAtDefault || values[key.path] != key.standard)
            case .free, .growing: false
            }
        }
        return keys.map { $0.firstText(values[$0.path]) + "\n" }.joined()
    }

    /// What checkpoints are bound to: the hash of the mathematics.
    package func digest(withPlaces places: Bool = false) throws(Failure) -> String {
        Checksum.of(Array(try mathematics(withPlaces: places).utf8))
    }

    /// The values with what null stands for written out where another key decides it, so that saying the same in another way is no difference.
    private func continuationValues() throws(Failure) -> ConfigurationValues {
        var explicit = self
        if optimizer.schedule == .cosine { explicit.optimizer.decaySteps = optimizer.decaySteps ?? run.steps }
        // The start of an objective's own chains was a value of the key in earlier versions.
        explicit.chains.start = objective.kind.ownStart ?? chains.start ?? .persistent
        if explicit.chains.start == .persistent { explicit.chains.buffer = bufferSize }
        var values = ConfigurationValues(explicit)
        try values.check(origin: "configuration")
        return values
    }
}

extension RunConfiguration {
    /// This configuration with another one's values of the keys that have no effect in it: a run folder keeps what its checkpoints were bound to.
    package func keepingIdleValues(of stored: RunConfiguration) throws(Failure) -> RunConfiguration {
        guard try stored.digest() != digest() else { return self }
        var values = ConfigurationValues(self)
        for key in ConfigurationKey.all where !meets(key.needs) { values.set(key.path, stored[key.path]) }
        return try values.typed()
    }
}

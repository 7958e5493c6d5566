import Failures
import Formats

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
    /// The keys that may change are marked in ``ConfigurationKey/all``. Empty: the run can be continued, with the same data.
    public func differences(from stored: RunConfiguration) throws(Failure) -> [Difference] {
        let old = try stored.continuationValues()
        let new = try continuationValues()
        var differences: [Difference] = []
        for key in ConfigurationKey.all where old[key.path] != new[key.path] {
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
    /// - Parameter places: also where the data are, as earlier versions had it.
    public func mathematics(withPlaces places: Bool = false) throws(Failure) -> String {
        let (values, defaults) = (try continuationValues(), try ConfigurationValues(RunConfiguration()))
        let keys = ConfigurationKey.all.filter { key in
            switch key.continuation {
            case .fixed: key.bindsAtDefault || values[key.path] != defaults[key.path]
            case .place: places
            case .free, .growing: false
            }
        }
        return keys.map { "\($0.path) = \(values[$0.path].text)\n" }.joined()
    }

    /// What checkpoints are bound to: the hash of the mathematics.
    func digest(withPlaces places: Bool = false) throws(Failure) -> String {
        Checksum.of(Array(try mathematics(withPlaces: places).utf8))
    }

    /// The values with what null stands for written out where another key decides it, so that saying the same in another way is no difference.
    private func continuationValues() throws(Failure) -> ConfigurationValues {
        var explicit = self
        if optimizer.schedule == .cosine { explicit.optimizer.decaySteps = optimizer.decaySteps ?? run.steps }
        if chains.start == .persistent { explicit.chains.buffer = bufferSize }
        var values = try ConfigurationValues(explicit)
        try values.check(origin: "configuration")
        return values
    }
}

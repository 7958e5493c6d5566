import Learning
import Model

/// Everything that decides a run: the groups of the configuration file, whose properties are the keys with their defaults.
///
/// A new key is a property with ``Key`` in its group, and the place that uses it.
public struct RunConfiguration: Codable, Hashable, Sendable {
    public var run = Run()
    public var data = Data()
    public var energy = Energy()
    public var model = Architecture()
    public var sampler = Sampler()
    public var chains = Chains()
    public var exchange = Exchange()
    public var objective = Objective()
    public var gradient = Gradient()
    public var optimizer = Optimizer()
    public var generator = Generator()
    public var encoder = Encoder()
    public var proposal = Proposal()
    public var posterior = Posterior()
    public var condition = Condition()
    public var `guard` = Guard()
    public var checkpoint = Checkpoint()
    public var report = Report()
    public var samples = Samples()
    public var evaluate = Evaluate()
    public var diagnostics = Diagnostics()

    /// The defaults: the digits run of `make run`.
    public init() {}
}

extension RunConfiguration {
    /// Rows of a step over all shards: as many chains as data rows.
    public var rowsPerStep: Int { run.shards * run.chainsPerShard }

    /// Negatives of a step over all shards: on a ladder of temperatures only the coldest chains are.
    public var negativesPerStep: Int { rowsPerStep / max(1, exchange.temperatures.count) }

    /// Chains of each shard in a window of diagnostics: four, or as many as a shard runs in a step.
    package var windowChains: Int { diagnostics.chains ?? min(4, run.chainsPerShard) }

    /// Chains that a replay buffer keeps: many times those of a step, so that a chain rests while the energy changes; those of a step where it does not.
    public var bufferSize: Int { chains.buffer ?? (objective.kind.learns ? 16 : 1) * rowsPerStep }
}

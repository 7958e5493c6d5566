import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Model
import Numerics
import Training

/// The speed of training steps of a case: persistent contrastive divergence on random data, through the trainer, without a run folder.
public struct TrainingBenchmark: Sendable {
    public let name: BenchmarkCase
    /// Chains of a rank.
    public var chains: Int
    public var langevinSteps: Int
    /// Steps that are timed; a fifth as many come before them.
    public var steps: Int
    /// Threads of a rank.
    public var threads: Int
    /// Of what the chains read, and of what parameters learn from.
    public var precision = Precision.float
    public var gradientPrecision = Precision.float
    /// Where the sum of gradients and what the optimizer keeps lie.
    public var sum: RunConfiguration.Run.Sum

    /// - Parameters: `nil` for what the case has by itself; one thread.
    public init(
        _ name: BenchmarkCase, chains: Int? = nil, langevinSteps: Int? = nil, steps: Int? = nil, threads: Int? = nil,
        sum: RunConfiguration.Run.Sum? = nil
    ) {
        self.name = name
        self.chains = chains ?? name.chains
        self.langevinSteps = langevinSteps ?? name.langevinSteps
        self.steps = steps ?? name.steps
        self.threads = threads ?? 1
        self.sum = sum ?? .automatic
    }

    /// Collective. Trains, and measures.
    ///
    /// - Throws: `.usage` for fewer chains than threads and for more than can be run, `.launch` for more memory than there is.
    public func run(_ communicator: any Communicator) throws(Failure) -> TrainingSpeed {
        guard chains >= threads else {
            throw Failure(.usage, "bench \(name.rawValue): every thread needs a chain: found --chains \(chains) for --threads \(threads)")
        }
        try communicator.agree { try checkSize(communicator) }
        let configuration = configuration(ranks: communicator.size)
        let plan = try RunPlan(configuration, source: .dataset(try randomData()), communicator)
        let shards = configuration.run.shards / communicator.size
        try communicator.agree { try MemoryNeed(plan, threads: threads, shards: shards).check(communicator.node) }
        let trainer = Trainer(plan, threads: threads, communicator)
        trainer.populate()
        for _ in 0..<max(1, steps / 5) { try step(trainer) }
        try communicator.barrier()
        let (before, sent, start) = (trainer.times, communicator.traffic, ContinuousClock.now)
        for _ in 0..<steps { try step(trainer) }
        try communicator.barrier()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var times = before
        times.reset()
        times.add(trainer.times)
        times.add(before, scale: -1)
        return TrainingSpeed(
            self, ranks: communicator.size, seconds: seconds, times: times, traffic: communicator.traffic - sent,
            memory: ProcessMemory.peakMebibytes,
            work: plan.model.network.work, productRate: ProductRate.largest())
    }

    /// Before anything is made: the shards, and the memory of data and chains.
    private func checkSize(_ communicator: any Communicator) throws(Failure) {
        let most = ShardLayout.maximumShards / communicator.size * tile
        let bytes = 4 * 2 * Self.rowsPerChain * name.shape.count
        let held = MemoryNeed.available / communicator.node.ranks / bytes
        guard chains <= min(most, held) else {
            throw Failure(
                .usage,
                "bench \(name.rawValue): expected --chains of at most \(min(most, held)) (tiles of \(tile) chains in \(ShardLayout.maximumShards) "
                    + "shards at most, and \(MemoryNeed.mebibytes(MemoryNeed.available)) of memory), found \(chains)")
        }
    }

    /// Rows of data and samples of the replay buffer for each chain.
    private static let rowsPerChain = 8

    private func step(_ trainer: Trainer) throws(Failure) {
        let result = try trainer.step(stop: false)
        guard result.verdict == .update else { throw Failure(.numerical, "bench \(name.rawValue): \(result.verdict)") }
    }

    /// A tile divides the chains of a rank, and leaves every thread at least one.
    private var tile: Int {
        (1...min(name.largestTile, chains / threads)).last { chains.isMultiple(of: $0) } ?? 1
    }

    private func configuration(ranks: Int) -> RunConfiguration {
        var configuration = RunConfiguration()
        configuration.run.name = name.rawValue
        configuration.run.shards = ranks * chains / tile
        configuration.run.chainsPerShard = tile
        configuration.run.sum = sum
        configuration.data.noise = 0
        configuration.model = name.architecture
        configuration.sampler.precision = precision
        configuration.gradient.precision = gradientPrecision
        configuration.sampler.steps = langevinSteps
        configuration.sampler.stepSize = 0.01
        configuration.sampler.noise = 0.005
        configuration.chains.buffer = Self.rowsPerChain * ranks * chains
        configuration.chains.restartProbability = 0
        configuration.chains.noiseLow = 0
        configuration.chains.noiseHigh = 1
        configuration.optimizer.learningRate = 1e-4
        configuration.optimizer.warmupSteps = 0
        return configuration
    }

    /// Uniform numbers, eight times as many rows as chains.
    private func randomData() throws(Failure) -> Dataset {
        let rows = Matrix(rows: Self.rowsPerChain * chains, columns: name.shape.count)
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillUniforms(rows)
        return try Dataset(name: "random", shape: name.shape, values: .floats(rows.values))
    }
}

import Configuration
import Failures
import Sampling

/// What a checkpoint consists of: written last, so that a folder with a manifest is whole.
package struct Manifest: Codable, Hashable, Sendable {
    package static let fileName = "manifest.json"
    package static let currentFormat = 2
    /// Those that are read: format 1 differs in where the parameters lie (`CheckpointWeights`).
    static let knownFormats = 1...currentFormat

    /// A file of the checkpoint.
    package struct File: Codable, Hashable, Sendable {
        package let bytes: Int
        /// XXH3 of the whole file; nil for the chains, which have a checksum for each part.
        package let checksum: String?
    }

    /// XXH3 of this file with these sixteen digits as zeros.
    var manifestChecksum = blankChecksum
    package let format: Int
    /// Version and commit of the program that wrote the checkpoint; absent in checkpoints of programs that did not say.
    package let program: String?
    package let step: Int
    /// The hash of the configuration keys that touch the mathematics.
    package let configuration: String
    /// The digest of the training data.
    package let data: String
    package let files: [String: File]
    package let chains: Chains
    package let guardState: GuardState
    /// The adaptation of the sampler's step size; nil where it is not adapted.
    package let stepSize: StepSizeAdaptation?
    /// The adaptation of the sampler's metric; nil where it is not adapted.
    package let metric: MetricAdaptation?
    /// What reports of health remember; absent in checkpoints of programs that had none.
    package let health: HealthState?
    /// Updates made by the optimiser.
    package let updates: Int
    /// The length of metrics.jsonl at this step.
    package let metricsBytes: Int
    /// What evaluations at intervals go on from; absent in checkpoints of programs that had none.
    package let evaluation: Evaluation?
    /// The length of the event file at this step; absent in checkpoints of programs that wrote none.
    package let eventBytes: Int?
    /// The best evaluation up to this step; absent where none is kept.
    package let best: BestEvaluation?

    /// What reports go on from.
    package struct Reports: Codable, Hashable, Sendable {
        package let metricsBytes: Int
        package let evaluation: Evaluation?
        package let eventBytes: Int?
        package let best: BestEvaluation?

        package init(metricsBytes: Int, evaluation: Evaluation? = nil, eventBytes: Int? = nil, best: BestEvaluation? = nil) {
            (self.metricsBytes, self.evaluation, self.eventBytes, self.best) = (metricsBytes, evaluation, eventBytes, best)
        }
    }

    package struct Evaluation: Codable, Hashable, Sendable {
        /// The length of evaluation.jsonl at this step.
        package let bytes: Int
        /// Seconds of training up to this step.
        package let trainingSeconds: Double

        package init(bytes: Int, trainingSeconds: Double) {
            (self.bytes, self.trainingSeconds) = (bytes, trainingSeconds)
        }
    }

    /// Checksums of the chains by shard: never by rank.
    package struct Chains: Codable, Hashable, Sendable {
        /// XXH3 of the file's header.
        package let header: String
        /// XXH3 of each shard's samples, ages and counters.
        package let shards: [String]
    }
}

extension Manifest {
    /// Refuses a manifest of another version or step, with numbers that no run leaves behind, or of another run.
    func check(step: Int, binding: CheckpointReader.Binding?, _ name: String) throws(Failure) {
        guard Self.knownFormats.contains(format) else {
            throw Failure(
                .checkpoint,
                "\(name): expected format \(Self.knownFormats.lowerBound) to \(Self.currentFormat), found \(format): written by another version"
            )
        }
        guard self.step == step else {
            throw Failure(.checkpoint, "\(name): expected step \(step), found \(self.step): the folder was renamed")
        }
        try checkRanges(name)
        try binding?.check(self, name)
    }

    /// Refuses numbers that no run leaves behind, so that nothing computed from them can overflow.
    func checkRanges(_ name: String) throws(Failure) {
        let ranges = [
            ("step", step, 0...1 << 40), ("updates", updates, 0...1 << 50), ("metricsBytes", metricsBytes, 0...1 << 50),
            ("evaluation.bytes", evaluation?.bytes ?? 0, 0...1 << 50), ("eventBytes", eventBytes ?? 0, 0...1 << 50),
            ("guardState.consecutiveSkips", guardState.consecutiveSkips, 0...Guard.maximumSkips),
            ("guardState.skips", guardState.skips, 0...max(0, step)),
            ("guardState.rollbacks", guardState.rollbacks, 0...Guard.maximumRollbacks),
            ("guardState.returnedTo", guardState.returnedTo ?? 0, 0...max(0, step)),
            ("guardState.newestPoint", guardState.newestPoint ?? 0, 0...1 << 40),
        ]
        for (key, value, range) in ranges where !range.contains(value) {
            throw Failure(
                .checkpoint, "\(name): \(key): expected \(range.lowerBound) to \(range.upperBound), found \(value): the file is damaged")
        }
        guard health?.isPlausible ?? true else {
            throw Failure(.checkpoint, "\(name): health: expected what reports leave behind: the file is damaged")
        }
        guard best?.isPlausible(at: step) ?? true else {
            throw Failure(.checkpoint, "\(name): best: expected what evaluations leave behind: the file is damaged")
        }
        guard stepSize?.isPlausible(after: step) ?? true else {
            throw Failure(.checkpoint, "\(name): stepSize: expected what an adaptation leaves behind: the file is damaged")
        }
    }

    /// Refuses checksums of another number of shards.
    func checkShards(_ configuration: RunConfiguration, _ name: String) throws(Failure) {
        guard chains.shards.count == configuration.run.shards else {
            throw Failure(
                .checkpoint, "\(name): expected checksums of \(configuration.run.shards) shards, found \(chains.shards.count)")
        }
    }

    /// Refuses an adaptation of the sampler where the configuration has none, and the lack of one where it has.
    func checkTuning(_ configuration: RunConfiguration, _ name: String) throws(Failure) {
        guard (stepSize != nil) == (configuration.targetAcceptance != nil) else {
            let expected = stepSize == nil ? "an adaptation, as sampler.adaptSteps asks for" : "none, as sampler.adaptSteps is 0"
            throw Failure(.checkpoint, "\(name): stepSize: expected \(expected): the file is damaged")
        }
        guard (metric != nil) == configuration.adaptsMetric else {
            let expected = metric == nil ? "an adaptation, as sampler.metric asks for" : "none, as sampler.metric is \"identity\""
            throw Failure(.checkpoint, "\(name): metric: expected \(expected): the file is damaged")
        }
    }

    /// Refuses a metric of another energy.
    /// - Parameter dimension: values of its states.
    func checkMetric(dimension: Int, _ name: String) throws(Failure) {
        guard metric?.isPlausible(dimension: dimension) ?? true else {
            throw Failure(
                .checkpoint,
                "\(name): metric: expected what an adaptation to states of \(dimension) values leaves behind: the file is damaged")
        }
    }

    /// What the sampler has in a step.
    func tuning(atStep step: Int, _ configuration: RunConfiguration) -> KernelTuning {
        KernelTuning(stepSize, metric, isFinished: step >= configuration.sampler.adaptSteps)
    }
}

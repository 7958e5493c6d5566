import Configuration
import Distributed
import Failures
import Formats
import Learning
import Model

/// The checkpoints of one run: saving and loading with everything that binds them to it.
package struct CheckpointStore {
    private let plan: RunPlan
    private let folder: RunFolder
    private let chains: ChainsFile
    private let former: [String]

    /// - Parameter stored: the configuration in the run folder, where there is one: rank 0's.
    package init(_ plan: RunPlan, _ folder: RunFolder, stored: RunConfiguration? = nil) throws(Failure) {
        self.plan = plan
        self.folder = folder
        chains = plan.chainsFile
        var former = [try plan.configuration.digest(withPlaces: true)]
        if let stored { former += [try stored.digest(), try stored.digest(withPlaces: true)] }
        self.former = former
    }

    /// What a checkpoint holds, about: chains, and up to five numbers for each parameter (its value, average, two moments, sums).
    package var bytes: Int { chains.header.fileSize + 5 * 4 * plan.networks.layout.count }

    /// Collective. Loads the newest whole checkpoint into the trainer.
    package func loadNewest(
        _ trainer: Trainer, _ communicator: any Communicator
    ) throws(Failure) -> (manifest: Manifest, remarks: [String])? {
        guard let (state, manifest, remarks) = try reader.loadNewest(into: trainer.shards, communicator) else { return nil }
        try trainer.restore(state)
        return (manifest, remarks)
    }

    /// Collective. The state of a rollback point; its chains go into the shards, and newer checkpoints are set aside.
    /// - Throws: `.checkpoint` when it is damaged or missing: from another one training would come to other bits.
    package func goBack(
        to step: Int, into shards: [ShardState], _ communicator: any Communicator
    ) throws(Failure) -> (state: TrainingState, manifest: Manifest, remarks: [String]) {
        try reader.goBack(to: step, into: shards, communicator)
    }

    /// Collective. On return the checkpoint is on disk.
    /// - Parameter reports: what they go on from; rank 0's count.
    /// - Returns: on rank 0, older checkpoints that cannot be removed, and why.
    @discardableResult
    package func save(
        _ trainer: Trainer, _ reports: Manifest.Reports, _ communicator: any Communicator
    ) throws(Failure) -> [Failure] {
        let writer = CheckpointWriter(
            folder: folder, model: plan.networks, chains: chains, layout: plan.layout, slices: plan.slices,
            configuration: plan.configurationDigest, data: plan.dataDigest, modelMetadata: try plan.modelMetadata,
            keep: plan.configuration.checkpoint.keep,
            points: RollbackPoints(plan.configuration))
        return try writer.save(trainer.state, shards: trainer.shards, reports, communicator)
    }

    private var reader: CheckpointReader {
        CheckpointReader(
            folder: folder, model: plan.networks, chains: chains,
            binding: CheckpointReader.Binding(
                run: plan.configuration, configuration: plan.configurationDigest, data: plan.dataDigest, former: former),
            rule: plan.configuration.updateRule, groups: plan.configuration.parameterGroups(of: plan.networks),
            keepsAverage: plan.configuration.optimizer.average != nil, slices: plan.slices,
            keep: plan.configuration.checkpoint.keep)
    }
}

import Configuration
import Learning

extension RunPlan {
    /// What shards keep between steps, as checkpoints have it.
    package var chainsFile: ChainsFile {
        ChainsFile(shards: configuration.run.shards, objective.keptTensors(tileMaker(onlyCounts: true)))
    }
}

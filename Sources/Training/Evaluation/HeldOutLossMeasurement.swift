import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics

/// Measures the loss of an objective on held-out rows, in tiles of a shard's shape by the code that trains: its gradient is left alone.
final class HeldOutLossMeasurement {
    /// Tiles, at least, and rows beyond which no more are looked at.
    private static let (leastTiles, mostRows) = (16, 2048)

    private let engines: Engines
    private let learner: any Learner
    private let tiles: Int
    private let rowsPerTile: Int

    /// Nil for a run that does not measure it.
    init?(_ plan: RunPlan) throws(Failure) {
        guard plan.measuresHeldOutLoss, let heldOut = plan.heldOut, let objective = plan.objective as? any RowLoss else { return nil }
        let (configuration, learned) = (plan.configuration, plan.rowMetadata.rows)
        rowsPerTile = configuration.run.chainsPerShard
        let rows = min(heldOut.dataset?.count ?? Self.mostRows, Self.mostRows)
        tiles = max(Self.leastTiles, (rows + rowsPerTile - 1) / rowsPerTile)
        let stream = try DataStream(
            source: heldOut, preparation: try configuration.preparation(of: heldOut, as: learned), scales: learned.scales,
            seed: configuration.run.seed, shards: 1, rowsPerShard: rowsPerTile)
        let data = LearnedRows(
            stream, condition: plan.condition, dropout: Float(configuration.condition.dropout), seed: configuration.run.seed)
        engines = plan.makeEngines(threads: 1)
        let make = plan.tileMaker()
        let workers = engines.threads.map {
            ShardWorker($0, ShardWorker.Tiles(make, condition: plan.condition, freshScratch: nil))
        }
        learner = objective.of(data).makeLearner(shards: 0..<1, workers: workers, make)
    }

    /// Collective. The loss of the averaged parameters, where there are such; nil where it is no number. The same bits on any number of ranks: a tile is computed by
    /// one rank, with noise that is a function of its number.
    func measure(_ trainer: Trainer) throws(Failure) -> HeldOutLoss? {
        var state = trainer.state.modelState
        engines.prepare(parameters: try trainer.bestParameters(), state: &state, iterating: false)
        let sums = try DealtTiles.gather(tiles: tiles, perTile: 1, trainer.communicator) { [learner] tile in
            learner.sampleNegatives(0, thread: 0, step: tile)
            learner.addGradient(0, thread: 0, step: tile)
            return [learner.shards[0].report[.loss]]
        }
        return HeldOutLoss(tiles: sums.map { $0 / Double(rowsPerTile) })
    }
}

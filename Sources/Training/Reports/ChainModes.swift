import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics
import Sampling

/// The modes of a mixture of separate Gaussians that the chains of a run cover, all together and shard by shard, as `ModeCoverage` counts them.
struct ChainModes {
    let covered: Int
    /// Modes that a shard covers by itself, averaged over shards.
    let perShard: Double

    /// Collective. Counts the chains of the buffers, or the step's negatives where chains do not persist; on a ladder of temperatures the coldest.
    /// - Returns: nil for data without known modes.
    init?(_ trainer: Trainer, _ communicator: any Communicator) throws(Failure) {
        let source = trainer.plan.configuration.data.source
        guard trainer.plan.profile.hasChains, let density = PlaneDensity(named: source), let modes = density.modes?.centres.count
        else { return nil }
        // How many chains a shard has at temperature 1 changes: their number comes first, behind it how many modes they cover.
        var mine: [Double] = []
        for shard in trainer.shards {
            let points = Self.points(of: shard)
            guard let coverage = ModeCoverage(of: points, in: density) else {
                mine += [Double](repeating: 0, count: modes + 2)
                continue
            }
            mine += [Double(coverage.samples), Double(coverage.covered)] + coverage.counts.map { Double($0) }
        }
        let layout = trainer.plan.layout
        let all = try communicator.gather(mine, perShard: modes + 2, layout: layout)
        let sums = (0..<modes + 2).map { field in stride(from: field, to: all.count, by: modes + 2).reduce(0) { $0 + all[$1] } }
        covered = sums[2...].count { $0 >= Double(ModeCoverage.threshold(samples: Int(sums[0]), modes: modes)) }
        perShard = sums[1] / Double(layout.shards)
    }

    private static func points(of shard: ShardState) -> [Float] {
        guard let replay = shard.replay else { return shard.negatives.values }
        let row = Matrix(rows: 1, columns: replay.dimension)
        // Where a byte lies inside its level does not decide about modes; the same stream for all will do.
        let dither = RandomStream(seed: 0, purpose: .evaluation, step: 0, index: 0)
        return (0..<replay.capacity).filter { replay.levels.isEmpty || replay.levels[$0] == 0 }.flatMap { slot in
            replay.read(slot, into: row, dither: dither, from: 0)
            return row.values
        }
    }
}

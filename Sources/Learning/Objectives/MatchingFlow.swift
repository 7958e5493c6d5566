import Datasets
import Model
import Numerics
import Sampling

/// A flow from noise to data along the gradient of one potential V: L = mean w(t) |-∇V(x_t) - (x1 - x0)|² / d, x_t = (1 - t) x0 + t x1 + σ ξ.
///
/// x1 is a data row, x0 noise, t uniform in (0, 1); w(t) = min(1, (1 - t)/(1 - τ*)) leaves the end of the flow to a second phase, and is 1 for τ* = 1. With
/// u = x1 - x0 the gradient is that of v·∇V(x_t) along v = (2w/d)(∇V(x_t) + u) held fixed. Which noise goes with which row of a shard: by the least sum of
/// squared distances, which straightens the flow, or at random. Cost: one pass, and one along a line.
///
/// V = ε E: E is the energy of the run.
package struct MatchingFlow: Sendable {
    package enum Pairing: String, CaseIterable, Codable, Sendable { case assignment, random }

    /// The most rows of a shard that are paired by assignment: its cost grows with their cube.
    package static let mostPaired = 256

    let seed: UInt64
    /// x0
    let start: NoiseDistribution
    let pairing: Pairing
    /// ε
    let temperature: Float
    /// τ*
    let onset: Float
    /// σ
    let deviation: Float
    let rowsPerStep: Int
    /// x1
    let data: LearnedRows

    package init(
        seed: UInt64, start: NoiseDistribution, pairing: Pairing, temperature: Float, onset: Float, deviation: Float, rowsPerStep: Int,
        data: LearnedRows
    ) {
        (self.seed, self.start, self.pairing, self.temperature) = (seed, start, pairing, temperature)
        (self.onset, self.deviation, self.rowsPerStep, self.data) = (onset, deviation, rowsPerStep, data)
    }

    /// Passes of a data row.
    static let evaluations = 3.0
    static let measures = [Measure.loss, .lateLoss]

    /// Each rows x dimension, but for the last two.
    struct Tiles {
        /// x0; then ξ; then ∇E; then v.
        let noise: Matrix
        /// u
        let velocity: Matrix
        /// x_t
        let points: Matrix
        /// x0 as columns: dimension x rows.
        let columns: Matrix
        /// -x1·x0 of every pair: rows x rows.
        let costs: Matrix

        init(_ flow: MatchingFlow, _ make: TileMaker) {
            let isPaired = flow.pairing == .assignment
            (noise, velocity, points) = (make.tile(make.dimension), make.tile(make.dimension), make.tile(make.dimension))
            columns = make.tile(make.rows, rows: isPaired ? make.dimension : 0)
            costs = make.tile(make.rows, rows: isPaired ? make.rows : 0)
        }
    }

    func addGradient(_ shard: ShardState, _ tiles: Tiles, _ worker: ShardWorker, step: Int) {
        let times = fill(tiles, worker, shard, step)
        worker.times.stamp(.data)
        let (direction, temperature) = (tiles.noise, temperature)
        worker.engine.evaluate(tiles.points, energies: worker.energies, gradient: direction)
        direction.combine(direction, tiles.velocity) { temperature * $0 + $1 }
        worker.engine.addLineGradient(of: tiles.points, along: direction) { _, weights in
            weights[0].fill(0)
            let scale = 2 * temperature / (Float(direction.columns) * Float(rowsPerStep))
            for (row, time) in times.enumerated() { weights[1][row, 0] = scale * weight(time) }
        }
        report(times, direction, shard)
        worker.times.stamp(.gradients)
    }

    /// w(t)
    private func weight(_ time: Float) -> Float { onset < 1 ? min(1, (1 - time) / (1 - onset)) : 1 }

    private func report(_ times: [Float], _ direction: Matrix, _ shard: ShardState) {
        var (loss, lateLoss, lateRows) = (0.0, 0.0, 0.0)
        for (row, time) in times.enumerated() {
            let error = direction.rows(row..<row + 1).squaredNorm / Double(direction.columns)
            loss += Double(weight(time)) * error
            guard time > Measure.lateTime else { continue }
            (lateLoss, lateRows) = (lateLoss + error, lateRows + 1)
        }
        (shard.report[.loss], shard.report[.lateLoss], shard.report[.lateRows]) = (loss, lateLoss, lateRows)
    }

    // MARK: points

    /// x_t and u of the shard's rows.
    /// - Returns: t
    private func fill(_ tiles: Tiles, _ worker: ShardWorker, _ shard: ShardState, _ step: Int) -> [Float] {
        let rows = worker.data
        func stream(_ purpose: RandomPurpose) -> RandomStream { RandomStream(seed: seed, purpose: purpose, step: step, index: shard.index) }
        data.fill(worker, step: step, shard: shard.index)
        start.fill(tiles.noise, stream: stream(.flowStart))
        let partners = partners(of: rows, tiles)
        let times = (0..<rows.rows).map { stream(.noiseLevel).uniform(at: $0) }
        for (row, time) in times.enumerated() {
            let (range, partner) = (row..<row + 1, partners[row]..<partners[row] + 1)
            let (from, velocity) = (tiles.noise.rows(partner), tiles.velocity.rows(range))
            velocity.combine(rows.rows(range), from) { $0 - $1 }
            tiles.points.rows(range).combine(from, velocity) { $0 + time * $1 }
        }
        if deviation > 0 {
            let deviation = deviation
            stream(.scoreNoise).fillNormals(tiles.noise)
            tiles.points.combine(tiles.points, tiles.noise) { $0 + deviation * $1 }
        }
        return times
    }

    /// Which x0 goes with each data row.
    private func partners(of rows: Matrix, _ tiles: Tiles) -> [Int] {
        guard pairing == .assignment else { return Array(0..<rows.rows) }
        // Σ |x1 - x0|² of a pairing is a constant less twice its Σ x1·x0.
        for row in 0..<rows.rows {
            for column in 0..<rows.columns { tiles.columns[column, row] = tiles.noise[row, column] }
        }
        Products.multiply(rows, tiles.columns, into: tiles.costs, alpha: -1)
        return Assignment.optimal(tiles.costs)
    }
}

extension Tally {
    /// Σ of the flow's squared error over rows late on their way, without its weight, and how many these are.
    static let lateLoss = Tally("lateLoss")
    static let lateRows = Tally("lateRows")
}

extension Measure {
    /// From this t on a row is late on its way.
    fileprivate static let lateTime: Float = 0.8

    /// The mean squared error of the flow where it arrives, t > .8: what sharpening must not spoil. 0 in a step without such rows.
    static let lateLoss = Measure("lateLoss", unit: "loss", of: [.lateLoss, .lateRows]) { $0[.lateLoss] / max(1, $0[.lateRows]) }
}

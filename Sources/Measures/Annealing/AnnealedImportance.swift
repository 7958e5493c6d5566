import Distributed
import Failures
import Numerics
import Sampling

/// Annealed importance sampling, forwards from a simple density and backwards from the model's: bounds of the log partition function
/// log Z = log ∫ exp(-E(x)) dx from both sides.
///
/// Chains go along a path (`AnnealedPotential`) with one Hamiltonian move a share; a chain's weight is exp Σ_k -(β_{k+1} - β_k) F(z_k). The mean weight of
/// draws of the simple density is exp(log Z) in the mean, so that its logarithm is too low in the mean: R. Neal, doi:10.1023/A:1008923215028. From draws of the
/// model's density back, the mean of inverse weights is exp(-log Z), and log Z is met from above: Y. Burda, R. Grosse, R. Salakhutdinov, arXiv:1412.8566;
/// R. Grosse, S. Ancha, D. Roy, arXiv:1606.02275. The second holds as far as the draws are such.
public struct AnnealedImportance {
    /// What is done, as it stands in the JSON file.
    public struct Settings: Codable, Hashable, Sendable {
        /// Shares of the path beside its start.
        public var temperatures = 500
        /// Independent estimates of each direction, and chains of each.
        public var estimates = 10
        public var chains = 16
        /// The most leapfrog steps of a move; their number is drawn from 1 to this.
        public var leapfrogSteps = 8
        /// Moves at the model's density before a chain goes backwards.
        public var equilibration = 200
        public var seed: UInt64 = 1

        public init() {}
    }

    private let energy: any Potential
    private let coordinates: NormalCoordinates
    private let settings: Settings

    /// - Parameter energy: E of rows, in units of the temperature, with room for as many rows as an estimate has chains, and for `leastRoom`.
    package init(of energy: any Potential, from coordinates: NormalCoordinates, _ settings: Settings = Settings()) {
        (self.energy, self.coordinates, self.settings) = (energy, coordinates, settings)
    }

    /// Rows that an energy is asked for at once beside those of an estimate.
    package static let leastRoom = 64

    /// Collective. Both bounds; the estimates are dealt to the ranks, the same bits on any number of them.
    /// - Parameter rows: where chains start that go backwards, the same on all ranks: estimate r takes as many as it has chains, from row r · chains on, from
    ///   the first one again after the last.
    /// - Throws: `.numerical` for an energy that has no normalising constant, as far as can be seen, or is no number.
    package func bracket(backwardsFrom rows: Matrix, _ communicator: any Communicator) throws(Failure) -> PartitionBracket {
        let potential = AnnealedPotential(energy, coordinates, rows: max(settings.chains, Self.leastRoom))
        let schedule = try communicator.fromRoot {
            try GrowthCheck(coordinates).check(energy)
            return AnnealingSchedule(
                steps: settings.temperatures, leapfrogSteps: settings.leapfrogSteps, seed: settings.seed, in: potential)
        }
        // Forwards and backwards in turn, so that ranks have as much work.
        let width = settings.chains + 1
        let values = try DealtTiles.gather(tiles: 2 * settings.estimates, perTile: width, communicator) { tile in
            try path(tile, isForwards: tile % 2 == 0, schedule, potential, rows)
        }
        func weights(_ direction: Int) -> [[Double]] {
            (0..<settings.estimates).map { estimate in
                let first = (2 * estimate + direction) * width
                return Array(values[first..<first + settings.chains])
            }
        }
        let moves = stride(from: settings.chains, to: values.count, by: width).reduce(0.0) { $0 + values[$1] }
        let made = settings.estimates * settings.chains * (2 * (schedule.count - 1) + settings.equilibration)
        return PartitionBracket(
            forwards: weights(0), backwards: weights(1), logVolume: coordinates.logVolume, acceptance: moves / Double(made), settings,
            base: coordinates.name)
    }

    /// log weights of the chains of an estimate, and how many moves were accepted.
    private func path(
        _ tile: Int, isForwards: Bool, _ schedule: AnnealingSchedule, _ potential: AnnealedPotential, _ rows: Matrix
    ) throws -> [Double] {
        let moves = AnnealingMoves(
            chains: settings.chains, leapfrogSteps: settings.leapfrogSteps, seed: settings.seed, index: tile, potential)
        var (logWeights, accepted) = ([Double](repeating: 0, count: settings.chains), 0)
        if isForwards {
            moves.start()
        } else {
            place(moves.positions, estimate: tile / 2, rows)
            for _ in 0..<settings.equilibration { accepted += moves.move(share: 1, stepSize: schedule.stepSizes[schedule.count]).accepted }
        }
        for number in 0..<schedule.count {
            let step = isForwards ? number : schedule.count - 1 - number
            let (from, to) = isForwards ? (step, step + 1) : (step + 1, step)
            // Behind the last share there is nothing to weigh any more.
            let isLast = number == schedule.count - 1
            let moved = isLast ? (moves.excess(), 0) : moves.move(share: schedule.shares[to], stepSize: schedule.stepSizes[to])
            for (chain, excess) in moved.0.enumerated() {
                guard !excess.isNaN, excess != -.infinity else {
                    throw Failure(
                        .numerical,
                        "the energy is \(excess) on the way to the model's density: expected a number. Evaluate an earlier checkpoint with --step."
                    )
                }
                logWeights[chain] -= (schedule.shares[to] - schedule.shares[from]) * excess
            }
            accepted += moved.1
        }
        return logWeights + [Double(accepted)]
    }

    private func place(_ z: Matrix, estimate: Int, _ rows: Matrix) {
        let first = estimate * settings.chains
        for chain in 0..<z.rows {
            let row = (first + chain) % rows.rows
            z.rows(chain..<chain + 1).copy(from: coordinates.coordinates(of: rows.rows(row..<row + 1)))
        }
    }
}

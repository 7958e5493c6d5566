import Numerics

/// The shares β_0 = 0 < β_1 < ... < β_K = 1 of a path, and the step size of the moves at each.
///
/// A pilot of chains finds them, and no chain of the estimates has a part in it: step sizes by the acceptance at each share, and shares such that steps are
/// equally long in ∫ sd_β(F) dβ, the length of the path (C. Jarzynski's work has a variance that grows with the square of a step's length; A. Gelman,
/// X.-L. Meng, doi:10.1214/ss/1028905934). The same in every run.
package struct AnnealingSchedule: Codable, Hashable, Sendable {
    package let shares: [Double]
    /// ε at each share; that of share 0 belongs to no move.
    package let stepSizes: [Float]

    /// K
    package var count: Int { shares.count - 1 }

    private static let (pilotChains, pilotShares, movesPerShare) = (32, 200, 3)
    /// Acceptance that moves are tuned to, and by how much a step size changes at most in one move.
    private static let (acceptance, gain) = (0.8, 0.15)
    /// Part of the schedule that stays as the pilot's, where chains did not see what is hard.
    private static let pilotPart = 0.2
    private static let firstStepSize: Float = 0.4
    /// Half the range of the logistic function that the pilot's shares follow: its first and last are close together.
    private static let logisticRange = 5.0

    /// The path's own.
    /// - Parameter steps: K.
    init(steps: Int, leapfrogSteps: Int, seed: UInt64, in potential: AnnealedPotential) {
        let pilot = Self.pilot(leapfrogSteps, seed: seed, potential)
        let part = Self.parts(pilot.shares, pilot.deviations)
        let intervals = part.count
        var (shares, stepSizes) = ([0.0], [pilot.stepSizes[0]])
        var (interval, before) = (0, 0.0)
        for step in 1..<max(steps, 1) {
            let place = Double(step) / Double(steps)
            while interval < intervals - 1, before + part[interval] < place {
                before += part[interval]
                interval += 1
            }
            let within = min(1, max(0, (place - before) / part[interval]))
            shares.append(pilot.shares[interval] + within * (pilot.shares[interval + 1] - pilot.shares[interval]))
            stepSizes.append(pilot.stepSizes[interval] + Float(within) * (pilot.stepSizes[interval + 1] - pilot.stepSizes[interval]))
        }
        self.shares = shares + [1]
        self.stepSizes = stepSizes + [pilot.stepSizes[intervals]]
    }

    /// The part of the path that each of the pilot's intervals has: by the mean of the deviations of F at both ends.
    private static func parts(_ shares: [Double], _ deviations: [Double]) -> [Double] {
        let equal = 1 / Double(shares.count - 1)
        let lengths = (0..<shares.count - 1).map { interval -> Double in
            let mean = (deviations[interval] + deviations[interval + 1]) / 2
            return mean * (shares[interval + 1] - shares[interval])
        }
        let total = lengths.reduce(0, +)
        guard total > 0, total.isFinite else { return lengths.map { _ in equal } }
        return lengths.map { (1 - pilotPart) * $0 / total + pilotPart * equal }
    }

    /// Numbers of `RandomPurpose.annealing...` that no estimate has.
    private static let index = (1 << 32) - 1

    private static func pilot(
        _ leapfrogSteps: Int, seed: UInt64, _ potential: AnnealedPotential
    ) -> (shares: [Double], stepSizes: [Float], deviations: [Double]) {
        func logistic(_ t: Double) -> Double { Double(VectorMath.logistic(Float(logisticRange * (2 * t - 1)))) }
        let (low, high) = (logistic(0), logistic(1))
        let shares = (0...pilotShares).map { (logistic(Double($0) / Double(pilotShares)) - low) / (high - low) }
        let moves = AnnealingMoves(chains: pilotChains, leapfrogSteps: leapfrogSteps, seed: seed, index: index, potential)
        moves.start()
        var (stepSizes, deviations, logStep) = ([Float](), [Double](), 0.0)
        for share in shares {
            for _ in 0..<movesPerShare {
                let stepSize = firstStepSize * VectorMath.exp(Float(logStep))
                let accepted = moves.move(share: share, stepSize: stepSize).accepted
                logStep += gain * (Double(accepted) / Double(pilotChains) - acceptance) / max(acceptance, 1 - acceptance)
            }
            stepSizes.append(firstStepSize * VectorMath.exp(Float(logStep)))
            let finite = moves.excess().filter(\.isFinite)
            deviations.append(finite.count > 1 ? Spread(of: finite).deviation : 0)
        }
        return (shares, stepSizes, deviations)
    }
}

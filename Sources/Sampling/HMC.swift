import Numerics

/// Hamiltonian Monte Carlo: fresh momenta p ~ N(0, I), L leapfrog steps of H = E(x)/T + |p|²/2, accepted such that chains have exactly exp(-E/T).
///
/// p <- p - (ε/2)∇E/T, then L times x <- x + ε p, p <- p - ε∇E/T (half of it the last time); log α = H(x, p) - H(x', p'). With L = 1 this is
/// ``MALA`` of step size ε²/(2T). With a metric both steps are ε s instead of ε (``DiagonalMetric``). A step costs L forward and input-gradient passes, a run
/// one more. Only where a trajectory ends is held against the box.
///
/// Source: S. Duane et al., doi:10.1016/0370-2693(87)91197-X; R. Neal, arXiv:1206.1901. Acceptance of .651 is best in many dimensions
/// (A. Beskos et al., doi:10.3150/12-BEJ414).
public struct HMC: TransitionKernel {
    /// ε
    public var stepSize: Float
    /// L, or the most of it.
    public var leapfrogSteps: Int
    /// Draws L from 1...leapfrogSteps for each step of a tile, so that no trajectory comes back to where it began step after step.
    public var hasRandomLength: Bool
    /// T
    public var temperature: Float
    /// nil: 1 for every value, and no tile for it.
    public private(set) var metric: DiagonalMetric?
    public var box: ClosedRange<Float>?

    public init(
        stepSize: Float, leapfrogSteps: Int, hasRandomLength: Bool = false, temperature: Float = 1, metric: DiagonalMetric? = nil,
        box: ClosedRange<Float>? = nil
    ) {
        precondition(leapfrogSteps > 0, "a trajectory has at least one step")
        self.stepSize = stepSize
        self.leapfrogSteps = leapfrogSteps
        self.hasRandomLength = hasRandomLength
        self.temperature = temperature
        self.metric = metric
        self.box = box
    }

    /// The proposal, the momenta, and the metric.
    public var scratchTiles: Int { Metropolis.Proposal.tiles + 1 + (metric == nil ? 0 : 1) }

    public var bestAcceptance: Double? { 0.651 }

    public var samplesTarget: Bool { true }

    public var hasTrajectories: Bool { true }

    public func energyEvaluations(steps: Int) -> Double {
        Double(steps) * (hasRandomLength ? Double(leapfrogSteps + 1) / 2 : Double(leapfrogSteps)) + 1
    }

    public func scaled(by factor: Float) -> HMC {
        var scaled = self
        scaled.stepSize *= factor
        return scaled
    }

    /// The step is a length.
    public func scaled(toVariance ratio: Float) -> HMC { scaled(by: ratio.squareRoot()) }

    public func measured(by metric: DiagonalMetric) -> HMC {
        var measured = self
        if self.metric != nil { measured.metric = metric }
        return measured
    }

    public func stepLimit(values: Int) -> Int { min(TilePass.stepLimit(values: values), Metropolis.stepLimit(values: values)) }

    /// Energies and gradient are those at the chains' positions.
    public struct State {
        public let buffers: ChainBuffers
        /// |p|²/2 of each chain where its trajectory begins.
        fileprivate var kinetic: [Double]
        /// s of each value, rows x dimension; nil without a metric.
        fileprivate let scales: Matrix?
    }

    public typealias Info = AcceptInfo

    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        precondition(buffers.positions.columns == potential.dimension, "chains and energy differ in dimension")
        Metropolis(box: box).start(buffers, in: potential)
        let scales = metric.map { metric in
            let tile = buffers.scratch[Metropolis.Proposal.tiles + 1]
            metric.fill(tile)
            return tile
        }
        return State(buffers: buffers, kinetic: Array(repeating: 0, count: buffers.positions.rows), scales: scales)
    }

    public func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> AcceptInfo {
        let buffers = state.buffers
        let rows = buffers.positions.rows
        let proposal = Metropolis.Proposal(buffers.scratch[...])
        let momenta = buffers.scratch[Metropolis.Proposal.tiles]
        noise.motion.fillNormals(momenta, from: index * TilePass.groups(of: momenta) * TilePass.groupSize)
        for row in 0..<rows { state.kinetic[row] = RowSums.squares(momenta, row: row) / 2 }
        proposal.positions.copy(from: buffers.positions)
        proposal.gradient.copy(from: buffers.gradient)
        let draw = Metropolis.firstDraw(of: index, rows: rows)
        let length = hasRandomLength ? 1 + noise.decisions.integer(below: leapfrogSteps, at: draw + rows) : leapfrogSteps
        leapfrog(
            proposal.positions, momenta, gradient: proposal.gradient, energies: proposal.energies, steps: length, scales: state.scales,
            in: potential)
        let kinetic = state.kinetic
        var diverged: [Int] = []
        var info = Metropolis(box: box).decide(
            proposal, buffers, decisions: noise.decisions, from: draw, squaredGradient: RowSums.squares(buffers.gradient)
        ) { row in
            let energy = Double(buffers.energies[row, 0]) - Double(proposal.energies[row, 0])
            let ratio = energy / Double(temperature) + kinetic[row] - RowSums.squares(momenta, row: row) / 2
            let isFollowed = ratio.isFinite && ratio >= -Leapfrog.largestEnergyError
            if !isFollowed && buffers.energies[row, 0].isFinite { diverged.append(row) }
            return ratio
        }
        info.diverged = diverged
        return info
    }

    /// Follows Hamilton's equations.
    /// - Parameters:
    ///   - gradient: ∇E(x), here and at the end.
    ///   - scales: those of the metric, rows x dimension; nil: 1.
    package func leapfrog(
        _ x: Matrix, _ momenta: Matrix, gradient: Matrix, energies: Matrix, steps: Int, scales: Matrix? = nil, in potential: some Potential
    ) {
        let leapfrog = Leapfrog(stepSize: stepSize, temperature: temperature, scales: scales)
        leapfrog.kick(momenta, gradient, by: 0.5)
        for step in 1...steps {
            leapfrog.drift(x, momenta, by: 1)
            potential.evaluate(x, energies: energies, gradient: gradient)
            leapfrog.kick(momenta, gradient, by: step == steps ? 0.5 : 1)
        }
    }
}

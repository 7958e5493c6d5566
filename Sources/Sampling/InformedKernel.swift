import Numerics

/// A kernel that proposes other values of sites with weights that the gradient gives them, and accepts or rejects such that chains have exactly exp(-E/T).
///
/// log α = (E(x) - E(x'))/T + log q(x|x') - log q(x'|x). A step costs one forward and one input-gradient pass, a run one more. Numbers of the state, and sites
/// that `ChainBuffers.held` marks, stay.
protocol InformedKernel: TransitionKernel where State == InformedState, Info == AcceptInfo {
    var values: SiteValues { get }

    /// Uniform numbers that the proposal of a chain takes.
    var proposalDraws: Int { get }

    /// Proposes values of the sites of a chain.
    /// - Parameters:
    ///   - place: where the chain stands.
    ///   - next: a row of its positions, changed where values are to change.
    ///   - uniforms: as many as `proposalDraws` in each row.
    /// - Returns: log q(x'|x); nil where there is nothing to propose.
    func propose(_ place: SitePlace, next: Matrix, uniforms: Matrix, _ weights: inout LogWeights) -> Double?

    /// log q of what a row of `next` has, from where a chain stands.
    func logProbability(of next: Matrix, from place: SitePlace, _ weights: inout LogWeights) -> Double
}

/// Where a chain stands: a row of positions with the gradient there.
struct SitePlace {
    let x: Matrix
    let gradient: Matrix
    let held: Matrix?
    let row: Int
}

/// Energies and gradient are those at the chains' positions.
public struct InformedState {
    public let buffers: ChainBuffers
    var weights: LogWeights
    /// log q(x'|x) of each chain; nil where it has nothing to propose.
    var forward: [Double?]
}

extension InformedKernel {
    /// The proposal, and uniform numbers.
    public var scratchTiles: Int { Metropolis.Proposal.tiles + 1 }

    public var hasAcceptStep: Bool { true }

    public var samplesTarget: Bool { true }

    public func energyEvaluations(steps: Int) -> Double { Double(steps + 1) }

    public func stepLimit(values chainValues: Int) -> Int { values.stepLimit(chainValues: chainValues, draws: proposalDraws + 1) }

    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> InformedState {
        precondition(buffers.positions.columns == potential.dimension, "chains and energy differ in dimension")
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
        return InformedState(
            buffers: buffers, weights: LogWeights(capacity: values.count),
            forward: Array(repeating: nil, count: buffers.positions.rows))
    }

    public func step(_ state: inout InformedState, index: Int, noise: ChainNoise, in potential: some Potential) -> AcceptInfo {
        let (buffers, rows) = (state.buffers, state.buffers.positions.rows)
        let proposal = Metropolis.Proposal(buffers.scratch[...])
        let uniforms = buffers.scratch[Metropolis.Proposal.tiles].view(from: 0, rows: rows, columns: proposalDraws)
        let draw = ChainNoise.firstOfSites + index * rows * (proposalDraws + 1)
        noise.decisions.fillUniforms(uniforms, from: draw + rows)
        proposal.positions.copy(from: buffers.positions)
        for row in 0..<rows {
            let place = SitePlace(x: buffers.positions, gradient: buffers.gradient, held: buffers.held, row: row)
            state.forward[row] = propose(place, next: proposal.positions, uniforms: uniforms, &state.weights)
        }
        proposal.evaluate(in: potential)
        return Metropolis(box: nil).decide(
            proposal, buffers, decisions: noise.decisions, from: draw, squaredGradient: RowSums.squares(buffers.gradient)
        ) { row in
            // Nothing to propose is an ordinary rejection.
            guard let forward = state.forward[row] else { return -.greatestFiniteMagnitude }
            let place = SitePlace(x: proposal.positions, gradient: proposal.gradient, held: buffers.held, row: row)
            let backward = logProbability(of: buffers.positions, from: place, &state.weights)
            let energy = Double(buffers.energies[row, 0]) - Double(proposal.energies[row, 0])
            return energy / Double(temperature) + backward - forward
        }
    }
}

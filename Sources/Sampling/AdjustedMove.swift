import Numerics

/// A step of Metropolis-adjusted Langevin dynamics, with or without the anisotropy of STANLEY.
///
/// Proposal x' ~ N(x - a d(γ) ∇E(x), σ² s(γ)²); log α = (E(x) - E(x'))/T + log q(x|x') - log q(x'|x), where log q contains -Σ log s, which does not
/// cancel. Sums over values in Double.
struct AdjustedMove {
    let move: AnisotropicMove
    let temperature: Float
    let scale: DriftScale?
    let metropolis: Metropolis

    init(
        stepSize: Float, temperature: Float, anisotropy: Stanley.Options?, box: ClosedRange<Float>?
    ) {
        let noise = Langevin.properNoise(stepSize: stepSize, temperature: temperature)
        move = AnisotropicMove(
            stepSize: stepSize, noise: noise, driftScaling: anisotropy?.driftScaling ?? .none,
            noiseScaling: anisotropy?.noiseScaling ?? .none)
        self.temperature = temperature
        scale = anisotropy?.scale
        metropolis = Metropolis(box: box)
    }

    /// The proposal, the terms of two densities, and γ at both ends.
    static func scratchTiles(isAnisotropic: Bool) -> Int { Metropolis.Proposal.tiles + 2 + (isAnisotropic ? 2 : 0) }

    static func stepLimit(values: Int) -> Int { min(TilePass.stepLimit(values: values), Metropolis.stepLimit(values: values)) }

    func step(_ buffers: ChainBuffers, index: Int, noise: ChainNoise, in potential: some Potential) -> AcceptInfo {
        let proposal = Metropolis.Proposal(buffers.scratch[...])
        propose(proposal, buffers, stream: noise.motion, firstGroup: index * TilePass.groups(of: buffers.positions))
        proposal.evaluate(in: potential)
        prepareRatio(proposal, buffers)
        return metropolis.decide(
            proposal, buffers, decisions: noise.decisions, from: Metropolis.firstDraw(of: index, rows: buffers.positions.rows),
            squaredGradient: RowSums.squares(buffers.gradient)
        ) { logRatio(proposal, buffers, row: $0) }
    }

    private func propose(_ proposal: Metropolis.Proposal, _ buffers: ChainBuffers, stream: RandomStream, firstGroup: Int) {
        proposal.positions.copy(from: buffers.positions)
        guard let scale else {
            _ = LangevinUpdate.move(
                proposal.positions, gradient: buffers.gradient, stepSize: move.stepSize, clip: nil, noise: move.noise, stream: stream,
                firstGroup: firstGroup, box: nil)
            return
        }
        let factors = buffers.scratch[5]
        scale.fill(factors, gradient: buffers.gradient)
        move.apply(to: proposal.positions, gradient: buffers.gradient, factors: factors, stream: stream, firstGroup: firstGroup)
    }

    /// Writes the terms of both densities; γ(x) stands where `propose` left it.
    private func prepareRatio(_ proposal: Metropolis.Proposal, _ buffers: ChainBuffers) {
        let (forward, backward) = (buffers.scratch[3], buffers.scratch[4])
        let factors = scale.map { scale in
            scale.fill(buffers.scratch[6], gradient: proposal.gradient)
            return (buffers.scratch[5], buffers.scratch[6])
        }
        move.negativeLogDensity(
            of: proposal.positions, from: buffers.positions, gradient: buffers.gradient, factors: factors?.0, into: forward)
        move.negativeLogDensity(
            of: buffers.positions, from: proposal.positions, gradient: proposal.gradient, factors: factors?.1, into: backward)
    }

    /// log α of a chain, once the terms are there.
    private func logRatio(_ proposal: Metropolis.Proposal, _ buffers: ChainBuffers, row: Int) -> Double {
        let energy = Double(buffers.energies[row, 0]) - Double(proposal.energies[row, 0])
        return energy / Double(temperature) + RowSums.sum(buffers.scratch[3], row: row) - RowSums.sum(buffers.scratch[4], row: row)
    }
}

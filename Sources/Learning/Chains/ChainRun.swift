import Datasets
import Model
import Numerics
import Sampling

/// Chains outside of training steps, with the parameters as they are: pictures, samples of a trained model, windows of diagnostics, what noised rows came
/// from, latent vectors of rows.
///
/// A run goes down the noise levels of a ladder, if there is one, with `steps` steps of the kernel at each. Everything is a function of (seed, step, index): the
/// same wherever a tile is run.
package struct ChainRun: Sendable {
    /// Where chains start.
    package enum Start: Sendable {
        /// Where they stand.
        case positions
        /// Independent draws with the random numbers of a purpose.
        case noise(NoiseDistribution, RandomPurpose)
        /// What a generator makes of latent vectors.
        case generator(GeneratorSamples)
    }

    /// The random numbers of the steps.
    package struct Numbers: Sendable {
        let seed: UInt64
        let motion: RandomPurpose
        let decisions: RandomPurpose

        /// - Parameters:
        ///   - motion, decisions: as for `ChainNoise`.
        package init(seed: UInt64, motion: RandomPurpose, decisions: RandomPurpose) {
            (self.seed, self.motion, self.decisions) = (seed, motion, decisions)
        }

        func noise(_ step: Int, _ index: Int) -> ChainNoise {
            ChainNoise(seed: seed, motion: motion, decisions: decisions, step: step, index: index)
        }
    }

    package let kernel: any TransitionKernel
    /// Of a level.
    package let steps: Int
    let start: Start
    let numbers: Numbers
    let ladder: NoiseLadder?
    /// How a network that proposes starts is scaled at each level of the ladder, the lowest first; nil where chains of a level go on from those above.
    let proposals: [ProposalScaling]?
    /// What the coordinates of a state are; nil: real numbers.
    let space: RowSpace?
    /// Whether the noise of the lowest level is taken off the ends.
    let denoises: Bool
    /// How often the difference of the energies with and without a class counts.
    let guidance: Float

    /// - Parameters:
    ///   - kernel: of all that moves in a state.
    ///   - proposals: of the ladder's levels; `samples` then gets the network that proposes starts.
    ///   - space: what a state's coordinates are; nil: real numbers.
    package init(
        kernel: any TransitionKernel, steps: Int, start: Start, numbers: Numbers, ladder: NoiseLadder? = nil,
        proposals: [ProposalScaling]? = nil, denoises: Bool = false, guidance: Float = 1, space: RowSpace? = nil
    ) {
        precondition(!denoises || ladder != nil, "the noise that is taken off is that of a ladder")
        precondition(proposals == nil || proposals?.count == ladder?.levels, "a scaling for each level of a ladder")
        (self.kernel, self.steps, self.start, self.numbers) = (kernel, steps, start, numbers)
        (self.ladder, self.proposals, self.denoises, self.guidance, self.space) = (ladder, proposals, denoises, guidance, space)
    }

    /// Room for a tile of chains.
    /// - Parameter held: as `ChainBuffers.held`.
    package func buffers(chains: Int, dimension: Int, held: Matrix? = nil) -> ChainBuffers {
        ChainBuffers(chains: chains, dimension: dimension, scratch: kernel.scratchTiles, held: held)
    }

    /// Brings chains to where they start.
    /// - Parameters:
    ///   - step, index: what tells this tile from others.
    ///   - condition: of each row, for generators that have one.
    package func begin(_ positions: Matrix, step: Int, index: Int, condition: Matrix? = nil) {
        switch start {
        case .positions: break
        case .noise(let distribution, let purpose):
            distribution.fill(positions, stream: RandomStream(seed: numbers.seed, purpose: purpose, step: step, index: index))
            // Noise would have gaps that no data have, of which chains get rid slowly.
            space?.drawPatterns(positions, RandomStream(seed: numbers.seed, purpose: .startPattern, step: step, index: index))
        case .generator(let samples): samples.fill(positions, tile: index, step: step, condition: condition)
        }
        space?.settle(positions)
    }

    /// Runs chains on from where they stand.
    ///
    /// A stream of random numbers lasts for so many steps: a longer level is made of parts, and part n of the p parts of a run has the numbers of
    /// (seed, purpose, step · p + n, index).
    /// - Parameters:
    ///   - onLevel: called before the steps of each level.
    ///   - onState: called while the chains stand where they are after 0, 1, ... steps of all levels together.
    @discardableResult
    package func advance(
        _ chains: ChainBuffers, step: Int, index: Int, in potential: some Potential, onLevel: (NoiseLadder.Rung) -> Void = { _ in },
        onState: (_ done: Int) -> Void = { _ in }
    ) -> RunInfo {
        advance(chains, step: step, index: index, in: potential, by: nil, onLevel: onLevel, onState: onState)
    }

    private func advance(
        _ chains: ChainBuffers, step: Int, index: Int, in potential: some Potential, by descent: ProposedDescent?,
        onLevel: (NoiseLadder.Rung) -> Void, onState: (_ done: Int) -> Void = { _ in }
    ) -> RunInfo {
        guard let space, !space.isOfSitesAndNumbers else {
            return move(chains, step: step, index: index, in: potential, by: descent, onLevel: onLevel, onState: onState)
        }
        let states = SpacePotential(base: potential, space: space, count: chains.positions.rows)
        return move(chains, step: step, index: index, in: states, by: descent, onLevel: onLevel, onState: onState)
    }

    private func move(
        _ chains: ChainBuffers, step: Int, index: Int, in potential: some Potential, by descent: ProposedDescent?,
        onLevel: (NoiseLadder.Rung) -> Void, onState: (_ done: Int) -> Void
    ) -> RunInfo {
        var total = RunInfo()
        let (levels, limit) = (NoiseLadder.descent(ladder), kernel.stepLimit(values: chains.positions.count))
        let parts = steps == 0 ? 0 : levels.count * ((steps - 1) / limit + 1)
        var (part, done) = (0, 0)
        for (number, level) in levels.enumerated() {
            onLevel(level)
            let tethered = descent?.begin(chains.positions, at: level, step: step * levels.count + number, in: potential)
            let scaled = kernel.scaled(toVariance: level.variance)
            for first in stride(from: 0, to: steps, by: limit) {
                let (count, before) = (min(limit, steps - first), done)
                let (from, noise) = (scaled.after(steps: first), numbers.noise(step * parts + part, index))
                func told(_ own: Int) { if own > 0 || before == 0 { onState(before + own) } }
                if let tethered {
                    total.add(from.run(chains, steps: count, noise: noise, in: tethered, onState: told))
                } else {
                    total.add(from.run(chains, steps: count, noise: noise, in: potential, onState: told))
                }
                (part, done) = (part + 1, before + count)
            }
        }
        return total
    }

    /// Samples of a model: chains from their start down the ladder, with the condition of each row held, and what is asked for at their end.
    /// - Parameters:
    ///   - potential: with room for the chains.
    ///   - held: values that chains keep, whose marks `chains` have too; nil: none.
    ///   - proposal: the network of `proposals`; nil: the way down the ladder is made by chains alone.
    ///   - decoder: makes rows of data of latent vectors; nil where chains are rows of data.
    /// - Returns: rows x values of a sample, in `chains` or in the decoder's workspace.
    package func samples(
        _ chains: ChainBuffers, step: Int, index: Int, in potential: some ConditionalPotential, condition: TileCondition? = nil,
        held: HeldValues? = nil, proposal: NetworkPass? = nil, decoder: NetworkPass? = nil
    ) -> Matrix {
        let positions = chains.positions
        begin(positions, step: step, index: index, condition: condition?.values)
        held?.paste(into: positions)
        let onLevel = { (level: NoiseLadder.Rung) in if let feature = level.feature { potential.setLevel(feature) } }
        let descent = makeDescent(proposal, rows: positions.rows, step: step, index: index) {
            condition?.paste(into: $0)
            held?.paste(into: $0)
        }
        if let condition {
            potential.setCondition(condition.values)
            proposal?.workspace.setCondition(condition.values)
            condition.paste(into: positions)
            _ = advance(chains, step: step, index: index, in: conditioned(potential, condition), by: descent, onLevel: onLevel)
        } else if let held {
            let open = HeldPotential(base: potential, held: held)
            _ = advance(chains, step: step, index: index, in: open, by: descent, onLevel: onLevel)
        } else {
            _ = advance(chains, step: step, index: index, in: potential, by: descent, onLevel: onLevel)
        }
        if denoises, let noise = ladder?.deviations[0] { denoise(chains, noise, potential) }
        condition?.paste(into: positions)
        space?.settle(positions)
        held?.paste(into: positions)
        return decoder?.outputs(of: positions) ?? positions
    }

    /// The network's part in the way down; nil where it has none.
    private func makeDescent(
        _ proposal: NetworkPass?, rows: Int, step: Int, index: Int, paste: @escaping (Matrix) -> Void
    ) -> ProposedDescent? {
        guard let proposals, let proposal else { return nil }
        return ProposedDescent(proposal, proposals, rows: rows, paste: paste) { [seed = numbers.seed] in
            RandomStream(seed: seed, purpose: .samplingProposal, step: $0, index: index)
        }
    }

    /// The energy that chains of a condition follow, as `samples` draws them. The potential knows the condition already.
    package func conditioned(_ potential: some ConditionalPotential, _ condition: TileCondition) -> ConditionedPotential {
        ConditionedPotential(base: guided(potential, condition), condition: condition)
    }

    private func guided(_ potential: some ConditionalPotential, _ condition: TileCondition) -> any Potential {
        guard guidance != 1, let none = condition.kind.none else { return potential }
        return GuidedPotential(potential, conditions: condition.values, none: none, guidance: guidance)
    }

    /// The mean of what a noised row came from, x - σ²∇E(x), by the score of its density (K. Miyasawa, 1961; P. Vincent, doi:10.1162/NECO_a_00142).
    private func denoise(_ chains: ChainBuffers, _ noise: Float, _ potential: some Potential) {
        potential.evaluate(chains.positions, energies: chains.energies, gradient: chains.gradient)
        chains.positions.combine(chains.positions, chains.gradient) { $0 - noise * noise * $1 }
    }
}

import Model
import Numerics
import Sampling

/// The part of a network that proposes starts in the way of a tile of chains down a noise ladder (`ChainRun`).
///
/// At each level the chains stand at rows y of the level above, at first at noise. They start at a draw of the proposal and run on E(x, k) + |x - y|²/(2t), as those of
/// training did (`RecoveryDiffusion`): they are samples of the levels one after the other, without a step of chains that have to reach a level by themselves.
struct ProposedDescent {
    /// A tile of chains comes with what its network of proposals gets, its means, and the rows y: each rows x dimension.
    private let input, means, centres: Matrix
    private let pass: NetworkPass
    /// Of each level, the lowest first.
    private let scalings: [ProposalScaling]
    /// The random numbers of starts by step and index.
    private let stream: (_ step: Int) -> RandomStream
    /// Puts what chains keep into rows.
    private let paste: (Matrix) -> Void

    init(
        _ pass: NetworkPass, _ scalings: [ProposalScaling], rows: Int, paste: @escaping (Matrix) -> Void,
        stream: @escaping (_ step: Int) -> RandomStream
    ) {
        let dimension = pass.network.outputCount
        (input, means, centres) = (
            Matrix(rows: rows, columns: dimension), Matrix(rows: rows, columns: dimension), Matrix(rows: rows, columns: dimension)
        )
        (self.pass, self.scalings, self.paste, self.stream) = (pass, scalings, paste, stream)
    }

    /// Brings chains from where they stand to their start at a level.
    /// - Parameter step: what tells the level from the others of all runs.
    /// - Returns: what they follow there.
    func begin<Base: Potential>(
        _ positions: Matrix, at rung: NoiseLadder.Rung, step: Int, in potential: Base
    ) -> TetheredPotential<Base> {
        let scaling = scalings[rung.level]
        centres.copy(from: positions)
        paste(centres)
        if let feature = rung.feature { pass.workspace.setLevels([feature]) }
        StartProposal(pass, scaling, input: input).fill(positions, from: centres, stream(step), scratch: means)
        return TetheredPotential(base: potential, centres: centres, precision: 1 / scaling.variance)
    }
}

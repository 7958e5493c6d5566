import Learning
import Numerics
import Sampling

/// A window as it is run for every shard.
package struct WindowRun: Sendable {
    /// Of one draw.
    package let chains: ChainRun
    /// The training step, which tells the random numbers of windows apart.
    let step: Int
    package let draws: Int
    package let functionals: ChainFunctionals

    package init(chains: ChainRun, step: Int, draws: Int, functionals: ChainFunctionals) {
        (self.chains, self.step, self.draws, self.functionals) = (chains, step, draws, functionals)
    }

    /// The random numbers of windows.
    package static func numbers(seed: UInt64) -> ChainRun.Numbers {
        ChainRun.Numbers(seed: seed, motion: .diagnosticMotion, decisions: .diagnosticDecision)
    }

    /// Sampler steps between two draws.
    package var thin: Int { chains.steps }

    /// Draws of a window are numbered below this.
    package static let mostDraws = 100_000
    /// Numbers that a window of all shards may have: 1 GiB, on every rank.
    package static let mostValues = 1 << 27

    /// Values that a shard's window gives.
    package func count(chains: Int) -> Int { chains * draws * width }

    /// Numbers of a draw.
    package var width: Int { DiagnosticWindow.width(functionals, countsDivergences: chains.kernel.hasTrajectories) }

    /// - Parameters:
    ///   - start: chains x dimension, where the chains begin.
    ///   - onDraw: called before each draw.
    package func values(of shard: Int, from start: Matrix, in potential: some Potential, onDraw: () -> Void = {}) -> [Double] {
        let buffers = chains.buffers(chains: start.rows, dimension: start.columns)
        buffers.positions.copy(from: start)
        let window = DiagnosticWindow(draws: draws, thin: thin, functionals: functionals, kernel: chains.kernel)
        let record = window.record(buffers, in: potential) { draw, onState in
            onDraw()
            return chains.advance(buffers, step: step * Self.mostDraws + draw, index: shard, in: potential, onState: onState)
        }
        return record.values
    }
}

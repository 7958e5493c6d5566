import Model
import Numerics
import Sampling

/// A window as it is run for every shard.
package struct WindowRun: Sendable {
    package let seed: UInt64
    /// The training step, which tells the random numbers of windows apart.
    let step: Int
    package let draws: Int
    package let thin: Int
    package let functionals: ChainFunctionals

    package init(seed: UInt64, step: Int, draws: Int, thin: Int, functionals: ChainFunctionals) {
        self.seed = seed
        self.step = step
        self.draws = draws
        self.thin = thin
        self.functionals = functionals
    }

    /// Draws of a window are numbered below this.
    package static let mostDraws = 100_000
    /// Numbers that a window of all shards may have: 1 GiB, on every rank.
    package static let mostValues = 1 << 27

    /// Values that a shard's window gives.
    package func count(chains: Int) -> Int { chains * draws * (functionals.count + 2) }

    /// - Parameters:
    ///   - start: chains x dimension, where the chains begin.
    ///   - onDraw: called before each draw.
    package func values(
        of shard: Int, kernel: some TransitionKernel, from start: Matrix, in potential: some Potential,
        onDraw: () -> Void = {}
    ) -> [Double] {
        let buffers = ChainBuffers(chains: start.rows, dimension: start.columns, scratch: kernel.scratchTiles)
        buffers.positions.copy(from: start)
        let window = DiagnosticWindow(kernel, draws: draws, thin: thin, functionals: functionals)
        let record = window.run(buffers, in: potential) { draw in
            onDraw()
            return ChainNoise(
                seed: seed, motion: .diagnosticMotion, decisions: .diagnosticDecision, step: step * Self.mostDraws + draw, index: shard)
        }
        return record.values
    }
}

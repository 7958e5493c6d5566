import Distributed
import Failures
import Model
import Numerics
import Sampling

/// The recorded numbers of all shards' chains, in shard order: what rank 0 makes diagnostics from.
package struct WindowValues: Sendable {
    let shards: Int
    let chainsPerShard: Int
    let draws: Int
    let thin: Int
    package let functionals: ChainFunctionals
    let hasAcceptStep: Bool
    /// Number n of draw t of chain c at (c draws + t) width + n, as `DiagnosticWindow.Record` has them.
    let values: [Double]

    package init(
        shards: Int, chainsPerShard: Int, draws: Int, thin: Int, functionals: ChainFunctionals, hasAcceptStep: Bool, values: [Double]
    ) {
        let width = functionals.count + 2
        precondition(values.count == shards * chainsPerShard * draws * width, "\(values.count) numbers are no window")
        (self.shards, self.chainsPerShard, self.draws, self.thin) = (shards, chainsPerShard, draws, thin)
        (self.functionals, self.hasAcceptStep, self.values) = (functionals, hasAcceptStep, values)
    }

    var chains: Int { shards * chainsPerShard }
    var width: Int { functionals.count + 2 }

    /// One of the recorded numbers.
    func series(_ number: Int) -> ChainSeries {
        ChainSeries(chains: chains, draws: draws, stride(from: number, to: values.count, by: width).map { values[$0] })
    }

    var energy: ChainSeries { series(0) }
    var displacement: ChainSeries { series(functionals.count) }
    var acceptance: ChainSeries? { hasAcceptStep ? series(functionals.count + 1) : nil }
}

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

import Distributed
import Failures
import Learning
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
    let countsMoves: Bool
    let countsDivergences: Bool
    /// Number n of draw t of chain c at (c draws + t) width + n, as `DiagnosticWindow.Record` has them.
    let values: [Double]

    package init(
        shards: Int, chainsPerShard: Int, draws: Int, thin: Int, functionals: ChainFunctionals, countsMoves: Bool,
        countsDivergences: Bool = false, values: [Double]
    ) {
        let width = DiagnosticWindow.width(functionals, countsDivergences: countsDivergences)
        precondition(values.count == shards * chainsPerShard * draws * width, "\(values.count) numbers are no window")
        (self.shards, self.chainsPerShard, self.draws, self.thin) = (shards, chainsPerShard, draws, thin)
        (self.functionals, self.values) = (functionals, values)
        (self.countsMoves, self.countsDivergences) = (countsMoves, countsDivergences)
    }

    var chains: Int { shards * chainsPerShard }
    var width: Int { DiagnosticWindow.width(functionals, countsDivergences: countsDivergences) }

    /// One of the recorded numbers.
    func series(_ number: Int) -> ChainSeries {
        ChainSeries(chains: chains, draws: draws, stride(from: number, to: values.count, by: width).map { values[$0] })
    }

    var energy: ChainSeries { series(0) }
    var displacement: ChainSeries { series(functionals.count) }
    var acceptance: ChainSeries? { countsMoves ? series(functionals.count + 1) : nil }
    var divergences: ChainSeries? { countsDivergences ? series(functionals.count + 2) : nil }
}

extension WindowRun {
    /// The window of so many shards.
    package func window(shards: Int, chainsPerShard: Int, _ values: [Double]) -> WindowValues {
        WindowValues(
            shards: shards, chainsPerShard: chainsPerShard, draws: draws, thin: thin, functionals: functionals,
            countsMoves: chains.kernel.countsMoves, countsDivergences: chains.kernel.hasTrajectories, values: values)
    }
}

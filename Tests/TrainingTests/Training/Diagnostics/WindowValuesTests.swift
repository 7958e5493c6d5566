import Foundation
import Sampling
import Testing
import Training

/// The numbers of a window.
struct WindowValuesTests {
    @Test func `every number belongs to the chain, the draw and the functional of its place`() {
        // Number n of draw t of chain c is 100 c + 10 t + n: the means of a functional tell them apart.
        let functionals = ChainFunctionals(dimension: 2, seed: 1)
        var values: [Double] = []
        for chain in 0..<4 {
            for draw in 0..<6 { values += (0..<6).map { Double(100 * chain + 10 * draw + $0) } }
        }
        let found = ChainDiagnostics(
            WindowValues(
                shards: 2, chainsPerShard: 2, draws: 6, thin: 1, functionals: functionals, countsMoves: true, countsDivergences: true,
                values: values),
            density: nil)
        // Chains 0 to 3 and draws 0 to 5 have the means 150 and 25.
        #expect(found.functionals.map { $0.summary.mean } == [175, 176, 177])
        #expect(found.displacement == 178 && found.acceptance == 179 && found.divergences == 24 * 180)
    }

    @Test func `without an accept step there is no acceptance`() {
        let found = ChainDiagnostics(
            WindowValues(
                shards: 1, chainsPerShard: 2, draws: 4, thin: 1, functionals: ChainFunctionals(dimension: 1, seed: 1), countsMoves: false,
                values: (0..<32).map(Double.init)), density: nil)
        #expect(found.acceptance == nil && found.divergences == nil)
    }
}

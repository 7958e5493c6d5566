import Foundation
import Sampling
import Testing
import Training

/// What is computed of a window, on one small enough to do by hand.
struct ChainDiagnosticsTests {
    /// Two shards of one chain with a state of one value, four draws: energy, state, displacement, acceptance.
    private static func window(_ change: (inout [Double]) -> Void = { _ in }) -> WindowValues {
        var values: [Double] = [
            0, 1, 0, 1, 0, 2, 1, 0.5, 1, 3, 1, 1, 1, 5, 2, 0.5,
            0, 4, 0, 0, 0, 4, 0, 0, 3, 4, 0, 0, 3, 4, 0, 0,
        ]
        change(&values)
        return WindowValues(
            shards: 2, chainsPerShard: 1, draws: 4, thin: 3, functionals: ChainFunctionals(dimension: 1, seed: 1), countsMoves: true,
            values: values)
    }

    @Test func `displacement, acceptance, chains that stand still and the drift of the energy are those of the definition`() {
        let found = ChainDiagnostics(Self.window(), density: nil)
        #expect(found.shards == 2 && found.chainsPerShard == 1 && found.draws == 4 && found.thin == 3)
        #expect(found.displacement == 4.0 / 8 && found.acceptance == 3.0 / 8 && found.stillChains == 1 && found.brokenDraws == 0)
        // Halves differ by 1 and by 3: 2 +- 1, in deviations of {0, 0, 1, 1, 0, 0, 3, 3}, √(12/7).
        let deviation = (12.0 / 7).squareRoot()
        #expect(abs(found.energyDrift - 2 / deviation) < 1e-12 && abs(found.energyDriftError - 1 / deviation) < 1e-12)
        #expect(found.functionals.map(\.name) == ["energy", "x1"] && found.functionals[0].summary.mean == 1)
        #expect(found.digest.chains == 2 && found.digest.displacement == 0.5 && found.digest.modesCovered == nil)
    }

    @Test func `draws whose energy is not finite are counted, and have no drift`() {
        let found = ChainDiagnostics(
            Self.window {
                $0[0] = .nan
                $0[4] = .infinity
            }, density: nil)
        #expect(found.brokenDraws == 2 && found.energyDrift.isNaN)
    }

    @Test func `the worst functional has the largest or the smallest value, and one that is not known is neither`() {
        let found = ChainDiagnostics(Self.window(), density: nil)
        let largest = found.worst(\.mean, largest: true)
        #expect(largest?.name == "x1" && largest?.value == 27.0 / 8)
        #expect(found.worst(\.mean, largest: false)?.name == "energy")
        // Four draws are too few for an effective sample size.
        #expect(found.worst(\.bulkESS, largest: false) == nil)
    }
}

import Learning
import Testing

@Suite("Noise ladders")
struct NoiseLadderTests {
    @Test func `levels can count by the inverse of the variance that leads to the next one, 1 in the mean`() throws {
        let ladder = try #require(NoiseLadder(levels: 3, low: 0.1, high: 0.8))
        // Deviations .1, .2, .4, .8: variances .03, .12 and .48, whose inverses are as 16 to 4 to 1.
        for (found, expected) in zip(ladder.inverseVarianceWeights, [16.0 / 7, 4.0 / 7, 1.0 / 7]) {
            #expect(abs(Double(found) - expected) < 1e-5 * expected)
        }
        #expect(ladder.equalWeights == [1, 1, 1])
    }

    @Test func `weights of a preconditioned network are those of its errors`() throws {
        let ladder = try #require(NoiseLadder(levels: 3, low: 0.1, high: 0.8))
        for (found, noise) in zip(ladder.preconditionedWeights(data: 0.5), [0.1, 0.2, 0.4]) {
            #expect(abs(Double(found) - (noise * noise + 0.25) / 0.25) < 1e-5)
        }
    }
}

import Configuration
import Datasets
import Measures
import Sampling
import Testing
import Training

/// Where the numbers of chains lie beside those of data and noise, seen by what is said of them.
struct FunctionalScaleTests {
    /// What is said of two chains all of whose values alternate between two, which have exactly this mean and deviation.
    private func sentences(_ scale: FunctionalScale, dimension: Int = 1, mean: Double, deviation: Double) -> [String] {
        var values: [Double] = []
        for draw in 0..<200 {
            let state = mean + (draw % 2 == 0 ? deviation : -deviation)
            values += [0] + Array(repeating: state, count: dimension) + [2 * deviation, 1]
        }
        let window = WindowValues(
            shards: 1, chainsPerShard: 2, draws: 100, thin: 1, functionals: ChainFunctionals(dimension: dimension, seed: 1),
            countsMoves: false, values: values)
        return DiagnosticFindings(ChainDiagnostics(window, density: nil), .ofMALA, stepsOfTraining: 10, scale: scale).findings.map(
            \.sentence)
    }

    private func hasLeft(_ scale: FunctionalScale, dimension: Int = 1, mean: Double, deviation: Double) -> Bool {
        sentences(scale, dimension: dimension, mean: mean, deviation: deviation).contains { $0.contains("have left the data") }
    }

    @Test func `chains have left the data beyond three times the reach of the data, or of noise that they start from`() {
        let (data, noise) = ([Spread(mean: 1, deviation: 2)], [Spread(mean: 1, deviation: 10)])
        let alone = FunctionalScale(data: data, noise: noise, startsFromNoise: false)
        #expect(!hasLeft(alone, mean: 1, deviation: 5.9) && hasLeft(alone, mean: 1, deviation: 6.1))
        // √(4.5² + 4.5²) = 6.4
        #expect(hasLeft(alone, mean: 5.5, deviation: 4.5))
        let fromNoise = FunctionalScale(data: data, noise: noise, startsFromNoise: true)
        #expect(!hasLeft(fromNoise, mean: 1, deviation: 29) && hasLeft(fromNoise, mean: 1, deviation: 31))
    }

    @Test func `the scale of data is that of the rows that training sees`() throws {
        let functionals = ChainFunctionals(dimension: 2, seed: 1)
        let configuration = try RunConfiguration.resolve(arguments: ["data.source=8gaussians", "chains.start=data"])
        let scale = try FunctionalScale(.density(PlaneDensity(.gaussians8)), configuration, functionals)
        // Eight Gaussians on a ring of radius 2.83 have deviations of 2 in both directions, which 512 rows tell to some hundredths.
        #expect(!hasLeft(scale, dimension: 2, mean: 0, deviation: 5.1) && hasLeft(scale, dimension: 2, mean: 0, deviation: 6.9))
    }
}

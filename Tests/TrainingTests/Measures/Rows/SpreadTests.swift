import Configuration
import Datasets
import Measures
import Numerics
import Sampling
import Testing
import Training

/// Where numbers lie.
struct SpreadTests {
    @Test func `mean and deviation are those of all values, and the noise's those of its distribution`() throws {
        let configuration = try RunConfiguration.resolve(arguments: ["data.standardize=false"])
        let rows: [Float] = [1, 2, 3, 6]
        let source = DataSource.dataset(try Dataset(name: "four", shape: ImageShape(vector: 2), values: .floats(rows)))
        let uniform = try DataScale(source, configuration, noise: .uniform(-1...5))
        #expect(uniform.data == Spread(mean: 3, deviation: 3.5.squareRoot()) && uniform.range == 1...6)
        // A uniform number from -1 to 5: 2 +- 6/√12.
        #expect(uniform.noise == Spread(mean: 2, deviation: 6 / 12.0.squareRoot()))
        #expect(try DataScale(source, configuration, noise: .gaussian(deviation: 0.5)).noise == Spread(mean: 0, deviation: 0.5))
        #expect(try DataScale(source, configuration, noise: nil).noise == nil)
    }
}

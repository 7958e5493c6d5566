import Configuration
import Datasets
import Failures
import Numerics
import Sampling
import Testing
import Training

/// What is said before the first step of data whose scale does not fit.
struct DataScaleTests {
    /// Numbers between 0 and 1, the same in every run.
    private func uniforms(_ count: Int) -> [Float] {
        let matrix = Matrix(rows: 1, columns: count)
        RandomStream(seed: 3, purpose: .test, step: 0, index: 0).fillUniforms(matrix)
        return matrix.values
    }

    private let image = ImageShape(height: 4, width: 4, channels: 1)

    private func bytes(upTo most: Int) throws -> DataSource {
        let values = uniforms(16 * 64).map { UInt8(Float(most) * $0 + 0.5) }
        return .dataset(try Dataset(name: "bytes", shape: image, values: .levels(values, levels: 256)))
    }

    private func floats(_ shape: ImageShape, names: [String]? = nil, _ value: (Int, Float) -> Float) throws -> DataSource {
        let values = uniforms(64 * shape.count).enumerated().map { value($0 % shape.count, $1) }
        return .dataset(try Dataset(name: "floats", shape: shape, values: .floats(values), columnNames: names))
    }

    /// The sentence for chains from noise.
    private func note(_ source: DataSource, _ arguments: [String] = [], noise: NoiseDistribution? = .uniform(-1...1)) throws -> String? {
        let configuration = try RunConfiguration.resolve(arguments: arguments)
        return try DataScale(source, configuration, noise: noise).note(source, configuration)
    }

    @Test func `nothing is said of data that fit`() throws {
        #expect(try note(.dataset(.digits())) == nil)
        #expect(try note(bytes(upTo: 255)) == nil)
        #expect(try note(bytes(upTo: 255), ["data.low=0", "sampler.low=0", "sampler.high=1"]) == nil)
        #expect(try note(floats(image) { _, u in 2 * u - 1 }) == nil)
        #expect(try note(floats(ImageShape(vector: 2)) { $0 == 0 ? 5000 + 60 * $1 : $1 / 100 }, ["data.standardize=true"]) == nil)
        #expect(try note(.density(PlaneDensity(.moons))) == nil)
        #expect(try note(.density(PlaneDensity(.gaussians8)), noise: nil) == nil)
        #expect(try note(.density(PlaneDensity(.gaussians8)), noise: .uniform(-5...5)) == nil)
    }

    @Test func `chains from noise that a limit on the drift holds where they are are named, with the key to raise`() throws {
        let digits = DataSource.dataset(try .digits())
        // 20 steps of 1e-4 / 2 at most; values of the digits have a deviation of about .7.
        let stanley = ["sampler.kind=stanley", "sampler.threshold=1e-4", "objective.kind=shortRun"]
        let held = try #require(try note(digits, stanley))
        #expect(held.contains("moves a value of a chain by at most 0.001 before it starts anew"), "\(held)")
        #expect(held.contains("raise sampler.threshold, sampler.stepSize or sampler.steps 7"), "\(held)")
        #expect(try note(digits, stanley + ["sampler.preset=imageCode"]) == nil)
        #expect(try note(digits, stanley + ["sampler.threshold=1"]) == nil)
        #expect(try note(digits, stanley, noise: nil) == nil)
        #expect(try note(digits, ["objective.kind=shortRun", "sampler.gradientClip=0.01"])?.contains("sampler.gradientClip") == true)
        // A chain of the buffer lives for fifty times its 20 steps.
        #expect(try note(digits, ["sampler.gradientClip=0.01"]) == nil)
    }

    @Test func `bytes far below 255 are named, with the value that 255 would become`() throws {
        let mask = try #require(try note(bytes(upTo: 1)))
        #expect(mask.contains("the greatest byte of the data is 1 of 255, so that all values lie from -1 to -0.992"), "\(mask)")
        #expect(mask.contains("save truth values as bool, or set data.high=509"), "\(mask)")
        #expect(try note(bytes(upTo: 1), ["data.high=509"]) == nil)
        #expect(try note(bytes(upTo: 9))?.contains("set data.high=55.7") == true)
        #expect(try note(bytes(upTo: 0)) == "all bytes of the data are 0")
        // Of two levels: they fill the range.
        let values = uniforms(16 * 64).map { UInt8($0 + 0.5) }
        #expect(try note(.dataset(Dataset(name: "bool", shape: image, values: .levels(values, levels: 2)))) == nil)
    }

    @Test func `floats far from those of about 1 are named, a table by its column`() throws {
        let images = try #require(try note(floats(image) { _, u in 255 * u }))
        #expect(images.contains("from 0") && images.contains("save the images as bytes (uint8)"), "\(images)")
        #expect(try note(floats(image) { _, u in 100 * u - 50 })?.contains("scale the file to that range") == true)
        let table = try note(floats(ImageShape(vector: 2), names: ["a", "mass"]) { $0 == 0 ? $1 : 5000 + 60 * $1 })
        #expect(table?.contains("column 2 (mass) of the data lies at 50") == true && table?.contains("data.standardize=true") == true)
        #expect(try note(floats(ImageShape(vector: 2)) { $0 == 0 ? $1 : $1 / 100 })?.contains("column 2 of the data") == true)
        // Also where no chain starts from noise; a constant column has no scale.
        #expect(try note(floats(ImageShape(vector: 1)) { 100 * $1 }, noise: nil) != nil)
        #expect(try note(floats(ImageShape(vector: 2)) { $0 == 0 ? 0.001 : $1 }) == nil)
    }

    @Test func `data that the noise of the chains does not reach are named, with a noise that does`() throws {
        let plane = try #require(try note(.density(PlaneDensity(.gaussians8))))
        #expect(plane.contains("the noise that chains start from at 0 +- 0.577: set chains.noise=uniform chains.noiseLow=-"), "\(plane)")
        #expect(try note(.density(PlaneDensity(.gaussians8)), noise: .uniform(-200...200)) != nil)
        let narrow = try note(
            .density(PlaneDensity(.gaussians8)), ["chains.noise=gaussian"], noise: .gaussian(deviation: 0.1))
        #expect(narrow?.contains("chains.noiseDeviation=2") == true)
        let table = try note(floats(ImageShape(vector: 2)) { _, u in 6 + u })
        #expect(table?.contains("or data.standardize=true") == true)
    }

    @Test func `data outside the box are named`() throws {
        let outside = try note(floats(image) { _, u in 2 * u - 1 }, ["sampler.low=0", "sampler.high=1"])
        #expect(outside?.contains("% of the values of the data lie outside the box of the sampler") == true)
    }
}

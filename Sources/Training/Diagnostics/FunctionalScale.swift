import Configuration
import Datasets
import Failures
import Learning
import Measures
import Numerics
import Sampling

/// Where the numbers that diagnostics follow lie for rows of data, and for the noise that chains start from: what those of chains are compared with.
package struct FunctionalScale: Sendable {
    /// In the order of the functionals behind the energy.
    let data: [Spread]
    let noise: [Spread]
    /// Whether the run's chains start from that noise.
    let startsFromNoise: Bool

    /// So many rows say enough.
    private static let rows = 512

    package init(data: [Spread], noise: [Spread], startsFromNoise: Bool) {
        (self.data, self.noise, self.startsFromNoise) = (data, noise, startsFromNoise)
    }

    /// - Throws: `.configuration` for data that cannot be prepared as the configuration asks.
    package init(_ source: DataSource, _ configuration: RunConfiguration, _ functionals: ChainFunctionals) throws(Failure) {
        let rows = try EvaluationRows(source, configuration)
        let space = configuration.space(of: try configuration.rowMetadata(source).rows)
        let draws = Matrix(rows: Self.rows, columns: rows.dimension)
        configuration.startNoise(in: space).fill(
            draws, stream: RandomStream(seed: configuration.run.seed, purpose: .samplingStart, step: 0, index: 0))
        self.init(
            data: Self.spreads(of: rows.read(0..<min(Self.rows, rows.available)), functionals), noise: Self.spreads(of: draws, functionals),
            startsFromNoise: configuration.startsFromNoise(try configuration.makeObjective(source).profile))
    }

    private static func spreads(of rows: Matrix, _ functionals: ChainFunctionals) -> [Spread] {
        let values = (0..<rows.rows).map { functionals.values(of: rows.rows($0..<$0 + 1), energy: 0) }
        return (1..<functionals.count).map { number in Spread(of: values.map { $0[number] }) }
    }

    /// How many times as far from the middle of the data as the data, or as where chains start, numbers with this spread lie.
    func departure(_ spread: Spread, _ number: Int) -> Double {
        let middle = data[number].mean
        let reach = max(data[number].deviation, startsFromNoise ? noise[number].distance(from: middle) : 0)
        return reach > 0 ? spread.distance(from: middle) / reach : 0
    }

    /// The distance of some numbers from those of the data: the root mean square of the distances of normal distributions with these spreads.
    func distance(of spreads: [Spread]) -> Double {
        (zip(spreads, data).reduce(0) { $0 + $1.0.squaredDistance(to: $1.1) } / Double(data.count)).squareRoot()
    }

    /// Of the data.
    var deviation: Double { (data.reduce(0) { $0 + $1.deviation * $1.deviation } / Double(data.count)).squareRoot() }
}

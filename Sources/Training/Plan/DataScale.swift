import Configuration
import Datasets
import Failures
import Measures
import Numerics
import Sampling

/// Where the values of a run's data lie, as its model sees them without their noise, and where its chains begin.
package struct DataScale: Sendable {
    /// All values of the rows together.
    package let data: Spread
    package let range: ClosedRange<Double>
    /// The noise that chains, or samples to show, start from; nil where they start from something else.
    package let noise: Spread?
    /// The share of values outside the sampler's box.
    let outside: Double
    /// The column of a table that is farthest from values of about 1; nil for images.
    let oddColumn: (number: Int, name: String?, spread: Spread)?
    /// The greatest byte of data of bytes.
    let greatestByte: Int?

    /// So many rows say enough; the same for every number of ranks.
    private static let rows = 512

    /// - Throws: `.configuration` for data that cannot be prepared as the configuration asks.
    package init(_ source: DataSource, _ configuration: RunConfiguration, noise: NoiseDistribution?) throws(Failure) {
        let rows = try EvaluationRows(source, configuration)
        let sample = rows.read(0..<min(Self.rows, rows.available))
        let values = sample.values.map { Double($0) }
        data = Spread(of: values)
        range = (values.min() ?? 0)...(values.max() ?? 0)
        self.noise = noise?.spread
        let box = configuration.samplerBox.map { Double($0.lowerBound)...Double($0.upperBound) }
        outside = box.map { box in Double(values.count { !box.contains($0) }) / Double(values.count) } ?? 0
        let isRawTable = source.shape.isVector && source.dataset != nil && source.dataset?.levels == nil && !configuration.data.standardize
        oddColumn = isRawTable ? Self.oddColumn(sample, source.dataset?.columnNames) : nil
        greatestByte = source.dataset.flatMap { $0.levels == 256 ? Int($0.range.upperBound) : nil }
    }

    private static func oddColumn(_ sample: Matrix, _ names: [String]?) -> (number: Int, name: String?, spread: Spread)? {
        let columns = (0..<sample.columns).map { column in Spread(of: (0..<sample.rows).map { Double(sample[$0, column]) }) }
        // A constant column has no scale.
        let known = columns.enumerated().filter { $1.deviation > 0 }
        guard let odd = known.max(by: { oddness($0.element) < oddness($1.element) }) else { return nil }
        return (odd.offset + 1, names?[odd.offset], odd.element)
    }

    /// How many times larger or smaller than 1 values are.
    private static func oddness(_ spread: Spread) -> Double {
        max(spread.distance(from: 0), 1 / max(spread.deviation, .leastNormalMagnitude))
    }
}

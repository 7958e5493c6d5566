import Datasets
import Distributed
import Failures
import Numerics
import Sampling

/// Rows of data with what the measures need of them, made once and compared with any number of sets of samples.
package final class SampleReference {
    /// Features of tiles of so many rows are computed together.
    private static let rowsPerTile = 128

    /// Rows compared with.
    package let rows: Int
    private let components: PrincipalComponents
    private let wasserstein: SlicedWasserstein
    /// rows x components.
    private let features: [Double]
    private let moments: GaussianMoments

    /// Collective. - Parameter reference: rows x dimension, the same on all ranks; at least two rows.
    package init(_ reference: Matrix, components: PrincipalComponents, _ communicator: any Communicator) throws(Failure) {
        self.components = components
        rows = reference.rows
        wasserstein = SlicedWasserstein(to: reference)
        features = try Self.features(of: reference, components, communicator)
        moments = GaussianMoments(of: features, order: components.count)
    }

    /// Collective. The same bits on any number of ranks.
    /// - Parameter samples: rows x dimension, the same on all ranks.
    /// - Returns: nil where fewer than two samples are finite.
    package func measures(of samples: Matrix, _ communicator: any Communicator) throws(Failure) -> SampleMeasures? {
        let finite = samples.finiteRows
        guard finite.rows >= 2 else { return nil }
        let own = GaussianMoments(of: try Self.features(of: finite, components, communicator), order: components.count)
        return SampleMeasures(
            count: finite.rows, notFinite: samples.rows - finite.rows,
            slicedWasserstein: try wasserstein.distance(of: finite, communicator),
            frechetDistance: FrechetDistance.between(own, moments))
    }

    /// Collective. Where measures of the same samples lie by chance.
    package func intervals(of samples: Matrix, _ measures: SampleMeasures, _ communicator: any Communicator) throws(Failure)
        -> SampleMeasures.Intervals
    {
        let finite = samples.finiteRows
        let own = try Self.features(of: finite, components, communicator)
        return SampleMeasures.Intervals(
            slicedWasserstein: try wasserstein.interval(of: measures.slicedWasserstein, rows: finite, communicator: communicator),
            frechetDistance: try FrechetDistance.estimate(of: own, from: features, order: components.count, communicator: communicator)
                .interval)
    }

    /// So many draws of noise: what an untrained model would have.
    package static func draws(of noise: NoiseDistribution, count: Int, columns: Int) -> Matrix {
        let draws = Matrix(rows: count, columns: columns)
        noise.fill(draws, stream: Self.noise)
        return draws
    }

    /// Numbers of `RandomPurpose.evaluation` for the noise.
    private static let noise = RandomStream(seed: 1, purpose: .evaluation, step: 2, index: 0)

    /// Collective. rows x components; tiles of rows are dealt to the ranks.
    private static func features(
        of rows: Matrix, _ components: PrincipalComponents, _ communicator: any Communicator
    ) throws(Failure) -> [Double] {
        let (tiles, order) = ((rows.rows + rowsPerTile - 1) / rowsPerTile, components.count)
        let features = try DealtTiles.gather(tiles: tiles, perTile: rowsPerTile * order, communicator) { tile in
            let part = tile * rowsPerTile..<min(rows.rows, (tile + 1) * rowsPerTile)
            return components.features(of: rows.rows(part)) + [Double](repeating: 0, count: (rowsPerTile - part.count) * order)
        }
        return Array(features.prefix(rows.rows * order))
    }
}

extension SampleReference {
    /// Rows that samples are compared with, at most.
    private static let rowLimit = 5000

    /// Collective. The data of a run: their principal components, and rows of them that leave as many others as samples are compared, or half.
    /// - Throws: `.data` for less than two rows.
    package convenience init(_ data: EvaluationRows, leaving others: Int = 0, _ communicator: any Communicator) throws(Failure) {
        try self.init(data, leaving: others, components: try data.principalComponents(communicator), communicator)
    }

    /// Collective. As above, with components that other data gave.
    package convenience init(
        _ data: EvaluationRows, leaving others: Int = 0, components: PrincipalComponents, _ communicator: any Communicator
    ) throws(Failure) {
        let count = min(Self.rowLimit, data.available - min(others, data.available / 2))
        guard count >= 2 else {
            throw Failure(
                .data, "\(data.name): measures of samples need at least two rows of data to compare with, found \(data.available)")
        }
        try self.init(data.read(0..<count), components: components, communicator)
    }
}

extension Matrix {
    /// The rows without NaN and infinity: this matrix where there are only such.
    package var finiteRows: Matrix {
        let kept = (0..<rows).filter { rows($0..<$0 + 1).isFinite }
        return kept.count == rows ? self : Matrix(rows: kept.count, columns: columns, kept.flatMap { rows($0..<$0 + 1).values })
    }
}

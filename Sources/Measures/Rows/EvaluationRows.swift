import Datasets
import Distributed
import Failures
import Formats
import Numerics

/// Rows of a data source in a fixed random order, prepared as for training but without noise and flips: what samples are compared with.
package struct EvaluationRows: Sendable {
    /// The order is the same in every run.
    private static let seed: UInt64 = 1
    private static let rowsPerChunk = 64

    private let stream: DataStream

    /// - Parameters:
    ///   - preparation: that of training; noise and flips are left out.
    ///   - scales: of the columns, where they are not fitted to the rows themselves.
    /// - Throws: `.configuration` when the data cannot be prepared like this, and where there are none.
    package init(_ source: DataSource, _ preparation: DataPreparation, scales: ColumnScales? = nil) throws(Failure) {
        guard source.hasRows else {
            throw Failure(.configuration, "\(source.name): an energy that is given has no rows of data to compare with")
        }
        var preparation = preparation
        (preparation.noise, preparation.flip) = (0, false)
        stream = try DataStream(
            source: source, preparation: preparation, scales: scales, seed: Self.seed, shards: 1, rowsPerShard: Self.rowsPerChunk)
    }

    private init(_ stream: DataStream) { self.stream = stream }

    /// The same rows in the middle of the cells over which training spreads them.
    package var centred: EvaluationRows { EvaluationRows(stream.centred()) }

    /// Different rows: those of a data set, or any number of samples of a density.
    package var available: Int { stream.source.dataset?.count ?? .max }
    package var dimension: Int { stream.shape.count }
    package var name: String { stream.source.name }
    /// Equal for equal data.
    package var digest: String { stream.source.digest }

    /// Some of the rows, rows x dimension.
    package func read(_ range: Range<Int>) -> Matrix {
        chunked(range, columns: dimension) { chunk, step in stream.fill(chunk, step: step, shard: 0) }
    }

    /// Rows that are filled in chunks.
    private func chunked(_ range: Range<Int>, columns: Int, fill: (_ chunk: Matrix, _ step: Int) -> Void) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= available, "rows \(range) of \(available)")
        let (rows, chunk) = (Matrix(rows: range.count, columns: columns), Matrix(rows: Self.rowsPerChunk, columns: columns))
        var done = 0
        while done < range.count {
            let (step, first) = (range.lowerBound + done).quotientAndRemainder(dividingBy: Self.rowsPerChunk)
            let count = min(Self.rowsPerChunk - first, range.count - done)
            fill(chunk, step)
            rows.rows(done..<done + count).copy(from: chunk.rows(first..<first + count))
            done += count
        }
        return rows
    }

    /// The classes of some of the rows; nil where the data have none.
    package func labels(_ range: Range<Int>) -> [Int]? {
        guard let labels = stream.source.dataset?.labels else { return nil }
        var chunk: (step: Int, rows: [Int]) = (-1, [])
        return range.map { row in
            let (step, place) = row.quotientAndRemainder(dividingBy: Self.rowsPerChunk)
            if step != chunk.step { chunk = (step, stream.rows(step: step, shard: 0) ?? []) }
            return Int(labels[chunk.rows[place]])
        }
    }

    /// What belongs to some of the rows; nil where there is no such.
    package func partners(_ range: Range<Int>) -> Matrix? {
        guard let shape = partnerShape else { return nil }
        return chunked(range, columns: shape.count) { chunk, step in stream.fillPartners(chunk, step: step, shard: 0) }
    }

    package var partnerShape: ImageShape? { stream.source.dataset?.partner?.shape }

    /// The least and the greatest class; nil where the data have none.
    package var classRange: ClosedRange<Int>? {
        guard let labels = stream.source.dataset?.labels, let least = labels.min(), let most = labels.max() else { return nil }
        return Int(least)...Int(most)
    }

    /// Collective. The first principal components of the rows, found by rank 0.
    package func principalComponents(
        _ communicator: any Communicator, most: Int = PrincipalComponents.most
    ) throws(Failure) -> PrincipalComponents {
        let bytes = try communicator.bytesFromRoot {
            let found = try PrincipalComponents(rows: available, dimension: dimension, name: name, most: most, read: read)
            return LittleEndian.bytes(of: found.mean + (found.directions ?? []))
        }
        let values: [Double] = LittleEndian.values(of: bytes)
        return PrincipalComponents(
            dimension: dimension, mean: Array(values.prefix(dimension)),
            directions: values.count > dimension ? Array(values.dropFirst(dimension)) : nil)
    }
}

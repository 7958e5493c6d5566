import Distributed
import Failures
import Learning
import Model
import Numerics

extension GeneratorSamples {
    /// Collective. Independent samples on all ranks: count x values of a row.
    /// - Parameter conditions: of the samples; nil for a generator without.
    func gather(
        count: Int, rowsPerTile size: Int, step: Int, conditions: SampleConditions? = nil, _ communicator: any Communicator
    ) throws(Failure) -> Matrix {
        let width = generator.outputCount
        let values = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: size * width, communicator) { tile in
            let samples = Matrix(rows: size, columns: width)
            let known = conditions?.tile(tile, rows: tile * size..<min(count, (tile + 1) * size)).values
            let condition = known.map { $0.extended(to: size) }
            fill(samples, tile: tile, step: step, condition: condition)
            return samples.values.map { Double($0) }
        }
        return Matrix(rows: count, columns: width, values.prefix(count * width).map { Float($0) })
    }
}

extension Matrix {
    /// The same rows, and rows of zeros behind them: a tile has one shape, and the last one fewer rows that anybody asked for.
    fileprivate func extended(to count: Int) -> Matrix {
        guard rows < count else { return self }
        let extended = Matrix(rows: count, columns: columns)
        extended.fill(0)
        extended.rows(0..<rows).copy(from: self)
        return extended
    }
}

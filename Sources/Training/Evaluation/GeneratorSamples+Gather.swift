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
            let condition = conditions?.tile(tile, rows: tile * size..<(tile + 1) * size)
            fill(samples, tile: tile, step: step, condition: condition?.values)
            return samples.values.map { Double($0) }
        }
        return Matrix(rows: count, columns: width, values.prefix(count * width).map { Float($0) })
    }
}

import Distributed
import Failures
import Learning
import Model
import Numerics

extension GeneratorSamples {
    /// Collective. Independent samples on all ranks: count x values of a row.
    /// - Parameter conditions: what the generator is told; nil for nothing.
    func gather(
        count: Int, rowsPerTile size: Int, step: Int, conditions: SampleConditions? = nil, _ communicator: any Communicator
    ) throws(Failure) -> Matrix {
        let width = generator.outputCount
        let values = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: size * width, communicator) { tile in
            let samples = Matrix(rows: size, columns: width)
            fill(
                samples, tile: tile, firstRow: tile * size, step: step, told: conditions?.told(tile * size..<(tile + 1) * size, tile: tile))
            return samples.values.map { Double($0) }
        }
        return Matrix(rows: count, columns: width, values.prefix(count * width).map { Float($0) })
    }
}

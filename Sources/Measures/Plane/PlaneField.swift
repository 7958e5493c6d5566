import Datasets
import Distributed
import Failures
import Formats
import Glibc

/// A model's density beside the true one on the points of a grid over the true one's domain.
package struct PlaneField: Sendable {
    package let square: PointPlot.Square
    /// Along a side.
    package let cells: Int
    /// Row by row, from the lowest y.
    package let model: [Float]
    package let truth: [Float]

    /// Collective. Rows of points are dealt to the ranks; the same bits on any number of ranks.
    /// - Parameter logZ: nil: the model's mass is taken to lie on the grid.
    /// - Throws: `.numerical` where the energy is no number.
    package init(
        of energy: some PlaneEnergy, logZ: Double? = nil, against density: PlaneDensity, cells: Int = 128, _ communicator: any Communicator
    ) throws(Failure) {
        let grid = PlaneGrid(density.domain, points: cells)
        let rows = try DealtTiles.gather(tiles: cells, perTile: 2 * cells, communicator) { row in
            let points = grid.row(row)
            return try energy.negatives(of: points) + density.logDensities(of: points)
        }
        let tiles = stride(from: 0, to: rows.count, by: 2 * cells)
        let negatives = tiles.flatMap { rows[$0..<$0 + cells] }
        let logZ = logZ ?? LogSum(negatives).value + log(grid.cellArea)
        (square, self.cells) = (density.domain, cells)
        model = negatives.map { Float(exp($0 - logZ)) }
        truth = tiles.flatMap { rows[$0 + cells..<$0 + 2 * cells].map { Float(exp($0)) } }
    }

    /// Both in one scale of colours, the greatest of the true one.
    package var pictures: (model: Picture, truth: Picture) {
        let greatest = truth.max()
        return (
            PointPlot.field(model, cells: cells, greatest: greatest), PointPlot.field(truth, cells: cells, greatest: greatest)
        )
    }
}

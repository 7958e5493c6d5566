import Numerics

/// Tiles that go through the energy together in one pass.
package struct PassTiles: Sendable {
    /// All of them, one after the other: (tiles · rows of a tile) x dimension.
    let rows: Matrix
    /// (tiles · rows of a tile) x 1
    let energies: Matrix
    private let height: Int

    init(_ count: Int, _ make: TileMaker) {
        rows = make.tile(make.energyDimension, rows: count * make.rows)
        energies = make.tile(1, rows: count * make.rows)
        height = make.rows
    }

    /// One tile.
    subscript(_ tile: Int) -> Matrix { rows.rows(tile * height..<(tile + 1) * height) }
}

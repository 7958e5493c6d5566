import Numerics

/// What uniform noise does to the coordinates of a table: each lies anywhere in its cell, so that rows have a density (`ColumnKind.spread`).
struct TableSpread: Sendable {
    /// How wide, on the model's scale.
    private let widths: [Float]
    /// Numbers that a curve scales: there a cell is as wide as the curve says.
    private let curved: [(coordinate: Int, width: Double)]
    private let scales: ColumnScales?

    /// Nil where nothing is spread.
    /// - Parameters:
    ///   - scales: of the coordinates; nil where nothing scales them.
    ///   - ofValues: whether coordinates of what is no number are spread.
    ///   - sites: coordinates that have finitely many values for the model, which they keep.
    init?(_ columns: TableColumns, _ scales: ColumnScales?, ofValues: Bool, keeping sites: [Int]) {
        var spreads = columns.spreads(ofValues: ofValues)
        for site in sites { spreads[site] = 0 }
        guard spreads.contains(where: { $0 > 0 }) else { return nil }
        let isCurved = spreads.indices.map { place in spreads[place] > 0 && scales.map { !$0.isStraight(place) } ?? false }
        widths = spreads.indices.map { isCurved[$0] ? 0 : Float(spreads[$0] / (scales?.moments.deviations[$0] ?? 1)) }
        curved = spreads.indices.filter { isCurved[$0] }.map { ($0, spreads[$0]) }
        self.scales = scales
    }

    /// Adds it: to value j of the tile by uniform number j of the stream, from -width/2 to width/2.
    func apply(to tile: Matrix, _ stream: RandomStream) {
        let uniforms = Matrix(rows: tile.rows, columns: tile.columns)
        stream.fillUniforms(uniforms)
        for row in 0..<tile.rows {
            for column in 0..<tile.columns { tile[row, column] += widths[column] * (uniforms[row, column] - 0.5) }
            for (column, width) in curved {
                tile[row, column] = moved(tile[row, column], by: width * (Double(uniforms[row, column]) - 0.5), column)
            }
        }
    }

    /// A value of the model, moved in the units of the data; as it is where its curve does not reach.
    private func moved(_ value: Float, by distance: Double, _ column: Int) -> Float {
        guard let scales else { return value }
        let number = scales.backward(Double(value), column) + distance
        return scales.allows(number, column) ? Float(scales.forward(number, column)) : value
    }
}

import Datasets
import Numerics

/// What perturbs rows, each part by its kind: numbers get σ ξ, angles turn by σ ξ, sites become what their diffusion makes of them in a time.
///
/// All of it is symmetric: x becomes y as y becomes x.
struct RowPerturbation: Sendable {
    /// σ
    let deviation: Float
    /// Nil: all coordinates are numbers.
    private let space: RowSpace?
    private let diffusions: [SiteDiffusion]

    /// - Parameter time: of the diffusion of sites (`SiteDiffusion`).
    init(deviation: Float, time: Double, space: RowSpace?) {
        (self.deviation, self.space) = (deviation, space)
        diffusions = space?.sites.map { SiteDiffusion(count: $0.site.count, order: $0.order, time: time) } ?? []
    }

    /// Uniform numbers of a row.
    var uniformsPerRow: Int { diffusions.count }

    /// - Parameters:
    ///   - rows: states of the space (`RowSpace`), with what gaps leave free.
    ///   - tile: normal numbers, as many as the rows have; becomes the perturbed rows.
    ///   - uniforms: rows x `uniformsPerRow`; nil where there are no sites.
    func perturb(_ rows: Matrix, into tile: Matrix, _ uniforms: Matrix?) {
        guard let space else { return tile.combine(rows, tile) { $0 + deviation * $1 } }
        var place = 0
        for part in space.parts {
            switch part {
            case .number(let coordinate):
                for row in 0..<rows.rows { tile[row, coordinate] = rows[row, coordinate] + deviation * tile[row, coordinate] }
            case .angle(let first): turn(rows, first, into: tile)
            case .constant(let coordinates, _):
                for row in 0..<rows.rows { for coordinate in coordinates { tile[row, coordinate] = rows[row, coordinate] } }
            case .site(let site):
                guard let uniforms else { preconditionFailure("sites that are perturbed by nothing") }
                for row in 0..<rows.rows {
                    let value = diffusions[place].value(after: site.index(in: rows, row: row), uniforms[row, place])
                    site.set(value, in: tile, row: row)
                }
                place += 1
            }
        }
    }

    private func turn(_ rows: Matrix, _ first: Int, into tile: Matrix) {
        for row in 0..<rows.rows {
            let angle = deviation * tile[row, first]
            let (sine, cosine) = (VectorMath.sin(angle), VectorMath.cos(angle))
            let (x, y) = (rows[row, first], rows[row, first + 1])
            (tile[row, first], tile[row, first + 1]) = (x * cosine - y * sine, x * sine + y * cosine)
        }
    }
}

import Configuration
import Datasets
import Foundation
import Learning
import Model
import Numerics
import Sampling
import TestSupport
import Testing

/// A density of a category c, a number that may be missing, and an angle: p(c), the share of gaps of c, N(mean of c, 1/4) and von Mises with κ = 1 and the
/// middle of c.
struct KnownTable: ConditionalPotential {
    static let shares: [Float] = [0.5, 0.3, 0.2]
    static let gaps: [Float] = [0.1, 0.5, 0.6]
    static let means: [Float] = [-1, 0, 1]
    static let middles: [Float] = [0, 1, 2]

    let number = 0
    let gap = 1
    /// The first of three.
    let category = 2
    let cosine = 5
    /// What stands in a gap.
    let filler: Float

    init(_ space: RowSpace) {
        let row = Matrix(rows: 1, columns: 7, [9, 1, 1, 0, 0, 1, 0])
        space.settle(row)
        filler = row[0, 0]
    }

    var dimension: Int { 7 }

    func setCondition(_ rows: Matrix) {}
    func setLevel(_ level: Float) {}

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        gradient.fill(0)
        for row in 0..<x.rows {
            let c = (0..<3).first { x[row, category + $0] == 1 } ?? 0
            let (away, middle) = (x[row, number] - Self.means[c], Self.middles[c])
            // A gap with another number than its filler is no row.
            let ofNumber =
                x[row, gap] == 1
                ? -log(Self.gaps[c]) + 1000 * abs(x[row, number] - filler)
                : 2 * away * away + log(Float.pi / 2) / 2 - log(1 - Self.gaps[c])
            energies[row, 0] = ofNumber - log(Self.shares[c]) - cos(middle) * x[row, cosine] - sin(middle) * x[row, cosine + 1]
            // Where there is a gap, whatever the energy of rows says of the number.
            gradient[row, number] = x[row, gap] == 1 ? 7 : 4 * away
            (gradient[row, cosine], gradient[row, cosine + 1]) = (-cos(middle), -sin(middle))
        }
    }

    /// The space of x with gaps, c and h.
    static func space() throws -> RowSpace {
        let folder = try TemporaryFolder()
        let rows = (0..<64).map { row in
            "\(row % 4 == 0 ? "" : "\(Double(row * 37 % 64) / 16 - 2)"),\(["a", "b", "d"][row % 3]),\(Double(row * 5 % 48) / 2)"
        }
        let configuration = try ScratchRun.configuration([
            "data.source=\(folder.file("t.csv", Array(("x,c,h\n" + rows.joined(separator: "\n") + "\n").utf8)))",
            "data.kinds=c=category,h=cyclic:24", "data.dequantize=false", "objective.kind=energyDiscrepancy", "data.noise=0",
        ])
        return try #require(try configuration.learnedRows(try configuration.loadedSource()).data.space)
    }
}

import Datasets
import Foundation
import Measures
import Numerics
import Training

/// An energy given by a formula.
struct FunctionEnergy: PlaneEnergy, Sendable {
    let function: @Sendable (Double, Double) -> Double

    init(_ function: @escaping @Sendable (Double, Double) -> Double) { self.function = function }

    /// |x - c|² / 2v
    static func gaussian(variance: Double, x: Double = 0, y: Double = 0, constant: Double = 0) -> FunctionEnergy {
        FunctionEnergy { constant + (($0 - x) * ($0 - x) + ($1 - y) * ($1 - y)) / (2 * variance) }
    }

    func evaluate(_ points: Matrix, into energies: Matrix) {
        for row in 0..<points.rows { energies[row, 0] = Float(function(Double(points[row, 0]), Double(points[row, 1]))) }
    }
}

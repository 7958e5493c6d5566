import Failures
import Model
import Numerics

/// An energy over the plane, as the measures of this folder see it.
public protocol PlaneEnergy {
    /// Energies of points.
    /// - Parameters:
    ///   - points: rows x 2.
    ///   - energies: rows x 1, overwritten.
    func evaluate(_ points: Matrix, into energies: Matrix)
}

/// The energy of a model with two inputs. Points are computed by blocks of a fixed size, so that a point's bits depend on its row alone.
public final class ModelPlaneEnergy: PlaneEnergy {
    private static let rowsPerBlock = 256

    private let model: EnergyModel
    private let weights: PreparedWeights
    private let workspace: Workspace

    /// - Parameter weights: prepared for the model's parameters.
    public init(_ model: EnergyModel, _ weights: PreparedWeights) {
        precondition(model.inputShape.count == 2, "a model of points of the plane has 2 inputs")
        self.model = model
        self.weights = weights
        workspace = Workspace(model, rows: Self.rowsPerBlock)
    }

    public func evaluate(_ points: Matrix, into energies: Matrix) {
        for first in stride(from: 0, to: points.rows, by: Self.rowsPerBlock) {
            let rows = first..<min(points.rows, first + Self.rowsPerBlock)
            model.energies(of: points.rows(rows), weights, workspace, into: energies.rows(rows))
        }
    }
}

extension PlaneEnergy {
    /// -E of points, the log density up to log Z.
    /// - Throws: `.numerical` for NaN and for an energy of minus infinity; plus infinity is a place without mass.
    func negatives(of points: Matrix) throws(Failure) -> [Double] {
        let energies = Matrix(rows: points.rows, columns: 1)
        evaluate(points, into: energies)
        let values = energies.values
        if let bad = values.firstIndex(where: { $0.isNaN || $0 == -.infinity }) {
            throw Failure(
                .numerical,
                "the energy at (\(points[bad, 0]), \(points[bad, 1])) is \(values[bad]): expected a number, so this model has no "
                    + "density. Evaluate an earlier checkpoint with --step.")
        }
        return values.map { -Double($0) }
    }
}

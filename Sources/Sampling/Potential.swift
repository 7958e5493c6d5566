import Model
import Numerics

/// An energy as a transition kernel sees it: energies and gradients of a tile of states.
public protocol Potential {
    /// The number of values of one state.
    var dimension: Int { get }

    /// Energies and their gradients with respect to x.
    /// - Parameters:
    ///   - x: rows x dimension.
    ///   - energies: rows x 1, overwritten.
    ///   - gradient: rows x dimension, overwritten.
    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix)
}

/// An energy that may have a condition; setting one does nothing where it has none.
public protocol ConditionalPotential: Potential {
    /// Takes what is known of each row beside the noise: rows x the numbers of a condition.
    func setCondition(_ rows: Matrix)

    /// Takes the noise level of all rows.
    func setLevel(_ level: Float)
}

/// The energy of a model with the weights of the current step.
public struct ModelPotential: ConditionalPotential {
    public let model: EnergyModel
    public let weights: PreparedWeights
    public let workspace: Workspace
    /// Called at each evaluation: long chains show that they move.
    private let onEvaluation: (@Sendable () -> Void)?

    public init(model: EnergyModel, weights: PreparedWeights, workspace: Workspace, onEvaluation: (@Sendable () -> Void)? = nil) {
        self.model = model
        self.weights = weights
        self.workspace = workspace
        self.onEvaluation = onEvaluation
    }

    public var dimension: Int { model.inputShape.count }

    public func setCondition(_ rows: Matrix) { workspace.setCondition(rows) }

    public func setLevel(_ level: Float) { workspace.setLevels([level]) }

    public func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        onEvaluation?()
        model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
    }
}

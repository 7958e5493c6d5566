import Failures
import GivenEnergies
import Numerics

/// An energy E(x) = network(x) + |x|²/(2 s²), with p(x) ∝ exp(-E(x)); with a preconditioning that of `NoisePreconditioning` in the network's place.
///
/// With spectral normalisation every weight W of a dense layer or convolution, or every one but the last, acts as W/σ(W)
/// (`SpectralNormalization`): the stored parameters are then the `weight_orig`, and `prepare` and `convertGradient` stand between them and the network.
public struct EnergyModel: Sendable {
    public let network: Network
    /// s, the standard deviation of the Gaussian reference term; `nil` for none.
    public let referenceDeviation: Float?
    /// How the network is scaled by the noise that is its condition; `nil` for not at all.
    public let preconditioning: NoisePreconditioning?
    /// The trained parameters.
    public let layout: ParameterLayout
    /// What is saved besides them but not trained: vectors of the power iterations, `layers.0.weight_u` and `layers.0.weight_v`.
    public let stateLayout: ParameterLayout
    private let normalization: SpectralNormalization?

    public var normalizedWeights: NormalizedWeights { normalization?.normalized ?? .none }
    public var usesSpectralNormalization: Bool { normalization != nil }

    /// - Throws: `Failure(.configuration)` for a network without exactly one output, for a deviation that is not positive, and for a preconditioning
    ///   where the network's condition is not one value.
    public init(
        _ network: Network, referenceDeviation: Float? = nil, normalizing normalized: NormalizedWeights = .none,
        preconditioning: NoisePreconditioning? = nil
    ) throws(Failure) {
        guard network.outputCount == 1 else {
            throw Failure(
                .configuration,
                "an energy needs a network with one output, this one has \(network.outputCount); end it with {\"kind\": \"dense\", \"outputs\": 1}"
            )
        }
        if let referenceDeviation, !(referenceDeviation > 0 && referenceDeviation.isFinite) {
            throw Failure(.configuration, "the deviation of the reference term must be a positive number, found \(referenceDeviation)")
        }
        guard preconditioning == nil || network.description.condition?.beginsWithNoise == true else {
            throw Failure(
                .configuration,
                "an energy that is scaled by its noise needs a network whose condition is one value for every pixel, or such a noise beside another"
            )
        }
        self.network = network
        self.referenceDeviation = referenceDeviation
        self.preconditioning = preconditioning
        normalization = normalized == .none ? nil : SpectralNormalization(network.layout, normalized)
        layout = normalization?.layout ?? network.layout
        stateLayout = normalization?.stateLayout ?? ParameterLayout(tensors: [])
    }

    /// The shape of x.
    public var inputShape: ImageShape { network.inputShape }

    /// - Throws: what went wrong first in an evaluation of an energy that is given; nothing goes wrong in layers.
    public func checkEvaluations() throws(Failure) { try network.given?.check() }

    /// Random unit vectors, as many floats as `stateLayout` has.
    public func initialState(seed: UInt64) -> [Float] {
        normalization?.initialState(seed: seed) ?? []
    }

    /// Brings the weights up to date with the parameters: once per weight update.
    ///
    /// - Parameter iterating: whether every state vector takes one power iteration first, as in PyTorch's training mode.
    public func prepare(_ weights: PreparedWeights, parameters: [Float], state: inout [Float], iterating: Bool) {
        guard let normalization else { return weights.refresh(from: parameters) }
        normalization.prepare(weights, parameters: parameters, state: &state, iterating: iterating)
    }

    /// Turns the gradient with respect to the weights that acted into the one with respect to the stored ones, in place.
    ///
    /// Linear in the gradient, so once per step after the sum is enough. `parameters` and `state` as they were after `prepare`.
    public func convertGradient(_ gradient: inout [Float], parameters: [Float], state: [Float]) {
        normalization?.convertGradient(&gradient, parameters: parameters, state: state)
    }

    /// The energies (samples x 1) of the rows of x.
    public func energies(of x: Matrix, _ weights: PreparedWeights, _ workspace: Workspace, into energies: Matrix) {
        network.forward(input(x, workspace), weights, workspace, keepingSlopes: false)
        takeEnergies(of: x, workspace, into: energies)
    }

    /// The energies (samples x 1) and ∇ₓE (shape of x).
    public func energiesAndGradient(of x: Matrix, _ weights: PreparedWeights, _ workspace: Workspace, energies: Matrix, gradient: Matrix) {
        let input = input(x, workspace)
        network.forward(input, weights, workspace, keepingSlopes: true)
        takeEnergies(of: x, workspace, into: energies)
        let factors = workspace.rowWeights.rows(0..<x.rows)
        factors.fill(1)
        multiply([factors], condition: workspace.condition) { $0.gradient }
        network.backward(input, outputGradient: factors, weights, workspace, inputGradient: gradient, parameterGradient: nil)
        addReferenceGradient(of: x, condition: workspace.condition, to: gradient)
    }

    /// The energies, and gradient += Σ_i w_i ∇θ E(x_i) with weights that may depend on the energies.
    ///
    /// - Parameters:
    ///   - rowWeights: gets the energies (samples x 1) and fills the weights (samples x 1).
    ///   - gradient: 1 x layout.count, with respect to the weights that act (`convertGradient`).
    public func addParameterGradient(
        of x: Matrix, _ weights: PreparedWeights, _ workspace: Workspace, energies: Matrix, rowWeights: (Matrix, Matrix) -> Void,
        into gradient: Matrix
    ) {
        let input = input(x, workspace)
        network.forward(input, weights, workspace, keepingSlopes: true)
        takeEnergies(of: x, workspace, into: energies)
        let factors = workspace.rowWeights.rows(0..<x.rows)
        rowWeights(energies, factors)
        multiply([factors], condition: workspace.condition) { $0.output }
        network.backward(input, outputGradient: factors, weights, workspace, inputGradient: nil, parameterGradient: gradient)
    }

    private func takeEnergies(of x: Matrix, _ workspace: Workspace, into energies: Matrix) {
        precondition(energies.rows == x.rows && energies.columns == 1, "energies are one column with a row per sample")
        energies.copy(from: workspace.output.rows(0..<x.rows))
        multiply([energies], condition: workspace.condition) { $0.output }
        guard hasReference else { return }
        withExtendedLifetime((x.storage, energies.storage)) {
            for row in 0..<x.rows {
                let sample = unsafe UnsafePointer(x.base) + row * x.columns
                let precision = referencePrecision(condition: workspace.condition, row: row)
                unsafe energies.base[row] += precision / 2 * Elementwise.dot(sample, sample, count: x.columns)
            }
        }
        addConstants(of: workspace.condition, values: x.columns, to: energies)
    }

    /// What a normalized preconditioning adds at the noise of each row.
    private func addConstants(of condition: Matrix?, values: Int, to energies: Matrix) {
        guard let preconditioning, preconditioning.isNormalized, let condition else { return }
        for row in 0..<energies.rows {
            energies[row, 0] += preconditioning.constant(preconditioning.factors(condition[row, 0]), values: values)
        }
    }

    /// What the network gets for x.
    private func input(_ x: Matrix, _ workspace: Workspace) -> Matrix {
        guard let preconditioning, let condition = workspace.condition else { return x }
        let scaled = workspace.scaledInput.rows(0..<x.rows)
        preconditioning.scale(x, condition: condition, into: scaled)
        return scaled
    }
}

/// The quadratic part of an energy, and the factors of the network.
extension EnergyModel {
    var hasReference: Bool { referenceDeviation != nil || preconditioning != nil }

    /// The factor of |x|²/2.
    func referencePrecision(condition: Matrix?, row: Int) -> Float {
        let own = referenceDeviation.map { 1 / ($0 * $0) } ?? 0
        guard let preconditioning, let condition else { return own }
        return own + preconditioning.factors(condition[row, 0]).precision
    }

    func addReferenceGradient(of x: Matrix, condition: Matrix?, to gradient: Matrix) {
        guard hasReference else { return }
        // One precision for all rows takes one pass: rows may be as short as a point of the plane.
        guard preconditioning != nil else {
            return Elementwise.add(gradient, x, scale: referencePrecision(condition: nil, row: 0), into: gradient)
        }
        for row in 0..<x.rows {
            let (own, precision) = (gradient.rows(row..<row + 1), referencePrecision(condition: condition, row: row))
            Elementwise.add(own, x.rows(row..<row + 1), scale: precision, into: own)
        }
    }

    func multiply(_ columns: [Matrix], condition: Matrix?, by factor: (NoisePreconditioning.Factors) -> Float) {
        guard let preconditioning, let condition else { return }
        preconditioning.multiply(columns, condition: condition, by: factor)
    }
}

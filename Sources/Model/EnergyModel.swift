import Failures
import Numerics

/// An energy E(x) = network(x) + |x|²/(2 s²), with p(x) ∝ exp(-E(x)); with a noise scale network(x, c)/σ(c)² in the network's place.
///
/// With spectral normalisation every weight W of a dense layer or convolution acts as W/σ(W) (`SpectralNormalization`): the stored
/// parameters are then the `weight_orig`, and `prepare` and `convertGradient` stand between them and the network.
public struct EnergyModel: Sendable {
    public let network: Network
    /// s, the standard deviation of the Gaussian reference term; `nil` for none.
    public let referenceDeviation: Float?
    /// By what the network's output is divided; `nil` for nothing.
    public let noiseScale: NoiseScale?
    /// The trained parameters.
    public let layout: ParameterLayout
    /// What is saved besides them but not trained: vectors of the power iterations, `layers.0.weight_u` and `layers.0.weight_v`.
    public let stateLayout: ParameterLayout
    private let normalization: SpectralNormalization?

    public var usesSpectralNormalization: Bool { normalization != nil }

    /// - Throws: `Failure(.configuration)` for a network without exactly one output, for a deviation that is not positive, and for a noise scale where
    ///   the network is not told one value.
    public init(
        _ network: Network, referenceDeviation: Float? = nil, spectralNormalization: Bool = false, noiseScale: NoiseScale? = nil
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
        guard noiseScale == nil || network.description.condition == .planes(1) else {
            throw Failure(
                .configuration,
                "an energy that is divided by the square of its noise needs a network that is told one value for every pixel")
        }
        self.network = network
        self.referenceDeviation = referenceDeviation
        self.noiseScale = noiseScale
        normalization = spectralNormalization ? SpectralNormalization(network.layout) : nil
        layout = normalization?.layout ?? network.layout
        stateLayout = normalization?.stateLayout ?? ParameterLayout(tensors: [])
    }

    /// The shape of x.
    public var inputShape: ImageShape { network.inputShape }

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
        network.forward(x, weights, workspace, keepingSlopes: false)
        takeEnergies(of: x, workspace, into: energies)
    }

    /// The energies (samples x 1) and ∇ₓE (shape of x).
    public func energiesAndGradient(of x: Matrix, _ weights: PreparedWeights, _ workspace: Workspace, energies: Matrix, gradient: Matrix) {
        network.forward(x, weights, workspace, keepingSlopes: true)
        takeEnergies(of: x, workspace, into: energies)
        let factors = outputFactors(workspace, rows: x.rows)
        network.backward(x, outputGradient: factors, weights, workspace, inputGradient: gradient, parameterGradient: nil)
        if let referenceDeviation {
            Elementwise.add(gradient, x, scale: 1 / (referenceDeviation * referenceDeviation), into: gradient)
        }
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
        network.forward(x, weights, workspace, keepingSlopes: true)
        takeEnergies(of: x, workspace, into: energies)
        let factors = workspace.rowWeights.rows(0..<x.rows)
        rowWeights(energies, factors)
        if let noiseScale, let told = workspace.condition { noiseScale.scale([factors], told: told) }
        network.backward(x, outputGradient: factors, weights, workspace, inputGradient: nil, parameterGradient: gradient)
    }

    /// The derivatives of Σ E(x_i) with respect to the network's outputs.
    private func outputFactors(_ workspace: Workspace, rows: Int) -> Matrix {
        guard let noiseScale, let told = workspace.condition else { return workspace.ones.rows(0..<rows) }
        let factors = workspace.rowWeights.rows(0..<rows)
        noiseScale.fill(factors, told: told)
        return factors
    }

    private func takeEnergies(of x: Matrix, _ workspace: Workspace, into energies: Matrix) {
        precondition(energies.rows == x.rows && energies.columns == 1, "energies are one column with a row per sample")
        energies.copy(from: workspace.output.rows(0..<x.rows))
        if let noiseScale, let told = workspace.condition { noiseScale.scale([energies], told: told) }
        guard let referenceDeviation else { return }
        let factor = 1 / (2 * referenceDeviation * referenceDeviation)
        withExtendedLifetime((x.storage, energies.storage)) {
            for row in 0..<x.rows {
                let sample = unsafe UnsafePointer(x.base) + row * x.columns
                unsafe energies.base[row] += factor * Elementwise.dot(sample, sample, count: x.columns)
            }
        }
    }
}

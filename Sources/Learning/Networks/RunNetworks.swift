import Failures
import Model
import Numerics

/// The networks of a run over one flat parameter vector: the energy's parameters first, then those of the networks beside it, in the order of `Part`.
///
/// One vector is summed, guarded, averaged and saved; a network's tensors have its name in front of theirs: `generator.layers.0.weight`.
public struct RunNetworks: Sendable {
    /// A network beside the energy.
    public enum Part: String, CaseIterable, Sendable { case generator, encoder, proposal }

    public let energy: EnergyModel
    /// From latent vectors to rows of data.
    public let generator: Network?
    /// From rows of data to means and log variances of latent vectors.
    public let encoder: Network?
    /// From noised rows to where recovery's chains start (`StartProposal`).
    public let proposal: Network?
    /// Whether the energy is one of latent vectors, which the generator decodes.
    public let isLatent: Bool
    /// The shape of a row of data: the energy's own, or what the generator makes of the energy's latent vectors.
    public let sampleShape: ImageShape
    /// All trained parameters.
    public let layout: ParameterLayout

    /// - Parameter decodedShape: of the rows that the generator makes, where the energy is one of latent vectors; nil where it is one of rows.
    public init(
        energy: EnergyModel, generator: Network? = nil, encoder: Network? = nil, proposal: Network? = nil, decodedShape: ImageShape? = nil
    ) {
        precondition(decodedShape == nil || generator != nil, "a generator makes rows of latent vectors")
        isLatent = decodedShape != nil
        sampleShape = decodedShape ?? energy.inputShape
        (self.energy, self.generator, self.encoder, self.proposal) = (energy, generator, encoder, proposal)
        let others = Part.allCases.compactMap { part in
            Self.network(part, generator, encoder, proposal).map { (prefix: part.rawValue + ".", layout: $0.layout) }
        }
        layout = .joined([(prefix: "", layout: energy.layout)] + others)
    }

    /// What is saved besides the parameters but not trained.
    public var stateLayout: ParameterLayout { energy.stateLayout }

    public subscript(_ part: Part) -> Network? { Self.network(part, generator, encoder, proposal) }

    private static func network(_ part: Part, _ generator: Network?, _ encoder: Network?, _ proposal: Network?) -> Network? {
        switch part {
        case .generator: generator
        case .encoder: encoder
        case .proposal: proposal
        }
    }

    /// The energy's place in the parameter vector.
    public var energyRange: Range<Int> { 0..<energy.layout.count }

    /// The place of another network, empty where there is none.
    public func range(of part: Part) -> Range<Int> {
        let before = Part.allCases.prefix { $0 != part }
        let start = before.reduce(energy.layout.count) { $0 + (self[$1]?.layout.count ?? 0) }
        return start..<start + (self[part]?.layout.count ?? 0)
    }

    /// The parameters before the first step.
    ///
    /// - Parameters:
    ///   - weights: of the energy, and
    ///   - others: of the networks beside it.
    public func initialParameters(
        seed: UInt64, energy weights: InitialWeights = .standard, others: InitialWeights = .standard
    ) -> [Float] {
        var parameters = energy.network.initialParameters(seed: seed, weights)
        for (index, part) in Part.allCases.enumerated() {
            // Networks of the same purpose are told apart by their seed.
            if let network = self[part] {
                parameters += network.initialParameters(seed: seed ^ UInt64(index) << 32, purpose: .auxiliaryInitialisation, others)
            }
        }
        return parameters
    }

    /// The energy's part of a vector over all parameters.
    public func energyPart(of vector: [Float]) -> [Float] {
        energyRange.count == vector.count ? vector : Array(vector[energyRange])
    }

    /// `EnergyModel.convertGradient` on the energy's part of a gradient.
    package func convertGradient(_ gradient: inout [Float], parameters: [Float], state: [Float]) {
        guard energy.usesSpectralNormalization else { return }
        var part = energyPart(of: gradient)
        energy.convertGradient(&part, parameters: energyPart(of: parameters), state: state)
        gradient.replaceSubrange(energyRange, with: part)
    }
}

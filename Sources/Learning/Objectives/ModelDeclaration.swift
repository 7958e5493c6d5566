/// What a trained model consists of, whatever the sizes: known of an objective without its data, so that a stored model has the same answers.
package struct ModelDeclaration: Hashable, Sendable {
    /// What the energy is a function of.
    package enum Energy: Sendable {
        case ofRows
        /// Of latent vectors, from which the generator makes rows: a correction of N(0, I), whose chains are not kept.
        case ofLatents
        /// None is trained.
        case none
    }

    /// The networks beside the energy.
    package let networks: [RunNetworks.Part]
    package let energy: Energy
    /// Whether samples are drawn from the generator, where nobody says otherwise: chains then begin there and not at noise.
    package let drawsFromGenerator: Bool

    package init(networks: [RunNetworks.Part] = [], energy: Energy, drawsFromGenerator: Bool = false) {
        (self.networks, self.energy, self.drawsFromGenerator) = (networks, energy, drawsFromGenerator)
    }

    /// An energy of rows alone.
    package static let energyOfRows = ModelDeclaration(energy: .ofRows)
}

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

    /// The networks beside the energy, whatever the keys of the objective; one of proposals comes with its key.
    package let networks: [RunNetworks.Part]
    package let energy: Energy
    /// Whether samples are drawn from the generator, where nobody says otherwise: chains then begin there and not at noise.
    package let drawsFromGenerator: Bool
    /// Whether samples are drawn afresh wherever they are shown, though training may keep chains.
    package let drawsAfresh: Bool

    package init(networks: [RunNetworks.Part] = [], energy: Energy, drawsFromGenerator: Bool = false, drawsAfresh: Bool = false) {
        (self.networks, self.energy) = (networks, energy)
        (self.drawsFromGenerator, self.drawsAfresh) = (drawsFromGenerator, drawsAfresh)
    }

    /// An energy of rows alone.
    package static let energyOfRows = ModelDeclaration(energy: .ofRows)

    /// The same, whose samples are drawn afresh.
    package static let drawnAfresh = ModelDeclaration(energy: .ofRows, drawsAfresh: true)
}

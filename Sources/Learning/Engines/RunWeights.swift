import Model

/// The weights of a run's networks, ready for products: made once per update, read by all threads.
package struct RunWeights: Sendable {
    package let energy: PreparedWeights
    private let parts: [RunNetworks.Part: PreparedWeights]
    private let networks: RunNetworks

    /// Room for them, zero until `prepare`.
    package init(_ networks: RunNetworks) {
        self.networks = networks
        energy = PreparedWeights(networks.energy.network)
        parts = Dictionary(
            uniqueKeysWithValues: RunNetworks.Part.allCases.compactMap { part in networks[part].map { (part, PreparedWeights($0)) } })
    }

    /// The floats that they hold.
    static func count(_ networks: RunNetworks) -> Int {
        let others = RunNetworks.Part.allCases.compactMap { networks[$0] }
        return ([networks.energy.network] + others).reduce(0) { $0 + PreparedWeights.count($1) }
    }

    package subscript(_ part: RunNetworks.Part) -> PreparedWeights? { parts[part] }

    /// Takes over parameters.
    /// - Parameters:
    ///   - state: the energy's own.
    ///   - iterating: as for `EnergyModel.prepare`.
    package func prepare(parameters: [Float], state: inout [Float], iterating: Bool) {
        networks.energy.prepare(energy, parameters: networks.energyPart(of: parameters), state: &state, iterating: iterating)
        for (part, weights) in parts { weights.refresh(from: parameters[networks.range(of: part)]) }
    }
}

import Model

/// The weights of a run's networks, ready for products: made once per update, read by all threads.
package struct RunWeights: Sendable {
    /// The weights of single networks, all in one precision.
    package struct Prepared: Sendable {
        package let energy: PreparedWeights
        private let parts: [RunNetworks.Part: PreparedWeights]

        fileprivate init(energy: PreparedWeights, _ parts: [RunNetworks.Part: PreparedWeights]) {
            (self.energy, self.parts) = (energy, parts)
        }

        package subscript(_ part: RunNetworks.Part) -> PreparedWeights? { parts[part] }

        fileprivate func sharing(_ parts: [RunNetworks.Part], _ precision: PassPrecision) -> Prepared {
            Prepared(
                energy: PreparedWeights(sharing: energy, precision: precision),
                self.parts.filter { parts.contains($0.key) }.mapValues { PreparedWeights(sharing: $0, precision: precision) })
        }

        fileprivate func prepareCopies() { ([energy] + parts.values).forEach { $0.prepareCopies() } }
    }

    /// As parameters learn from them.
    package let learning: Prepared
    /// As chains read them; those of learning where the precision is the same.
    package let sampling: Prepared
    private let networks: RunNetworks

    /// The networks that chains go through beside the energy: those of latent vectors through the decoder.
    private static func sampled(_ networks: RunNetworks) -> [RunNetworks.Part] { networks.isLatent ? [.generator] : [] }

    /// Room for them, zero until `prepare`.
    package init(_ networks: RunNetworks, _ precisions: Precisions = Precisions()) {
        self.networks = networks
        let parts = RunNetworks.Part.allCases.compactMap { part in
            networks[part].map { (part, PreparedWeights($0, precision: precisions.gradient)) }
        }
        learning = Prepared(
            energy: PreparedWeights(networks.energy.network, precision: precisions.gradient), Dictionary(uniqueKeysWithValues: parts))
        sampling =
            precisions.sampler == precisions.gradient ? learning : learning.sharing(Self.sampled(networks), precisions.sampler)
    }

    /// A network beside the energy, for outputs alone; nil where there is none.
    /// - Parameter rows: of a pass, at most.
    package func pass(_ part: RunNetworks.Part, rows: Int) -> NetworkPass? {
        guard let network = networks[part], let prepared = learning[part] else { return nil }
        return NetworkPass(evaluating: network, prepared, rows: rows)
    }

    /// The floats that they hold, or words in their place.
    package static func count(_ networks: RunNetworks, _ precisions: Precisions) -> Int {
        let learning = [networks.energy.network] + RunNetworks.Part.allCases.compactMap { networks[$0] }
        let sampling =
            precisions.sampler == precisions.gradient ? [] : [networks.energy.network] + sampled(networks).compactMap { networks[$0] }
        return learning.reduce(0) { $0 + PreparedWeights.count($1, precisions.gradient) }
            + sampling.reduce(0) { $0 + PreparedWeights.copyCount($1, precisions.sampler) }
    }

    /// Takes over parameters.
    /// - Parameters:
    ///   - state: the energy's own.
    ///   - iterating: as for `EnergyModel.prepare`.
    package func prepare(parameters: [Float], state: inout [Float], iterating: Bool) {
        networks.energy.prepare(learning.energy, parameters: networks.energyPart(of: parameters), state: &state, iterating: iterating)
        for part in RunNetworks.Part.allCases { learning[part]?.refresh(from: parameters[networks.range(of: part)]) }
        if sampling.energy !== learning.energy { sampling.prepareCopies() }
    }
}

import Charts
import Configuration
import Learning
import Training

/// Histograms of the energies of data, held-out rows, samples and noise.
enum EnergySection {
    static func section(_ record: ReportedRun) -> Section {
        let energies = record.snapshot?.energies ?? []
        let groups = energies.map { Histogram.Group($0.kind.rawValue, colour($0.kind), $0.values) }
        let near = groups.filter { $0.name != RowEnergies.Kind.noise.rawValue }
        let isFar = Self.length(groups) > 3 * Self.length(near)
        let isLatent = record.configuration.objective.kind.model.energy == .ofLatents
        return Section(
            "energies", "Energies of rows",
            "A good model gives its samples the energies of the data, held-out rows those of the training rows, and noise higher ones."
                + (isLatent ? " Energies are those of a row with its latent vector, at the end of a posterior chain." : "")
                + (energies.contains { $0.kind == .heldOut }
                    ? "" : " Rows that are held out (data.validation, or report --data) would tell whether the energy memorizes."),
            groups.isEmpty
                ? []
                : [
                    Section.grid(
                        "charts",
                        [
                            Histogram(
                                "Near the data", "\(energies.map { $0.values.count }.max() ?? 0) rows of each kind.", isFar ? near : groups
                            ).card,
                            isFar ? Histogram("With noise", "The same, with the noise that chains start from.", groups).card : .empty,
                        ])
                ])
    }

    private static func colour(_ kind: RowEnergies.Kind) -> Colour {
        switch kind {
        case .data: .data
        case .heldOut: .heldOut
        case .samples: .samples
        case .noise: .noise
        }
    }

    private static func length(_ groups: [Histogram.Group]) -> Double {
        let values = groups.flatMap(\.values).filter(\.isFinite)
        return (values.max() ?? 0) - (values.min() ?? 0)
    }
}

/// A number that reports show of a step: its name in metrics.jsonl, the tallies that it is made of, and how.
package struct Measure: Sendable {
    /// What a mean is taken over.
    package enum Share: Sendable {
        case rows
        case negatives

        func count(_ sums: StepSums) -> Double { self == .rows ? sums.rows : sums.negatives }
    }

    package let name: String
    /// In what it is measured, for tables and plots.
    package let unit: String
    package let tallies: [Tally]
    private let value: @Sendable (StepSums) -> Double
    /// How lines of progress show it; nil: not at all.
    package private(set) var progress: Progress?

    package init(_ name: String, unit: String, of tallies: [Tally], _ value: @escaping @Sendable (StepSums) -> Double) {
        (self.name, self.unit, self.tallies, self.value) = (name, unit, tallies, value)
    }

    /// What a step found; nil while shards have not begun to count what it is made of.
    package func found(_ sums: StepSums) -> Double? { tallies.contains(where: sums.pending.contains) ? nil : value(sums) }

    /// The mean of a tally.
    package static func mean(_ tally: Tally, named name: String? = nil, over share: Share, unit: String) -> Measure {
        Measure(name ?? tally.name, unit: unit, of: [tally]) { $0[tally] / share.count($0) }
    }

    /// The same measure, shown in lines of progress.
    package func inProgress(_ label: String, _ form: Progress.Form, meaning: String) -> Measure {
        var measure = self
        measure.progress = Progress(label: label, form: form, meaning: meaning)
        return measure
    }

    /// A measure in lines of progress.
    package struct Progress: Sendable {
        package enum Form: Sendable {
            /// With its sign and four decimals.
            case signed
            /// Three decimals.
            case fixed
            /// With a letter for thousands and millions.
            case engineering
        }

        package let label: String
        package let form: Form
        /// What the label means, said once.
        package let meaning: String
    }
}

extension [Measure] {
    /// The measures of a step by name, as far as it has them.
    package func values(_ sums: StepSums) -> [String: Double] {
        Dictionary(compactMap { measure in measure.found(sums).map { (measure.name, $0) } }) { _, _ in
            preconditionFailure("two measures have one name")
        }
    }
}

extension Measure {
    /// mean E(x+)
    package static let dataEnergy = mean(.dataEnergy, over: .rows, unit: "energy")
    /// mean E(x-)
    package static let sampleEnergy = mean(.sampleEnergy, over: .negatives, unit: "energy")

    /// mean E(x+) - mean E(x-); with chains, healthy training oscillates about 0.
    package static let energyGap = Measure("energyGap", unit: "energy", of: [.dataEnergy, .sampleEnergy]) {
        $0[.dataEnergy] / $0.rows - $0[.sampleEnergy] / $0.negatives
    }

    /// The mean loss of a data row.
    package static let loss = mean(.loss, over: .rows, unit: "loss")
        .inProgress("loss", .signed, meaning: "of the objective, mean over the data rows of the step")

    /// The energies of data and negatives and their gap, which progress shows.
    package static let energies = [
        dataEnergy, sampleEnergy,
        energyGap.inProgress(
            "gap", .signed, meaning: "mean energy of data rows less that of samples; in healthy training it goes to and fro about 0"),
    ]

    /// The energies of data and negatives, and the loss that is made of them, which progress shows.
    package static let contrast = [dataEnergy, sampleEnergy, energyGap, loss]
}

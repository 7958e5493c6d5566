/// What an objective declares: all that the trainer, checkpoints and reports need to know of it.
package struct ObjectiveProfile: Sendable {
    /// The networks, and where samples of them come from.
    package var model = ModelDeclaration.energyOfRows
    /// The samples that training leaves in a shard.
    package var samples = SampleLayout.none
    /// What reports show, in the order of lines of progress.
    package var measures: [Measure] = [.dataEnergy]
    /// What shards count beside the tallies of the measures.
    package var counts: [Tally] = []
    /// What a thread's engine must be able to do.
    package var engine = EngineNeeds()
    /// Whether training itself runs the sampler: not only pictures and measures.
    package var usesSampler = false
    /// Updates of the parameters with the data and negatives of one step.
    package var updates = 1
    /// Passes through the energy and back for each data row of a step: the unit in which objectives are compared. A pass along a line counts as
    /// two (first order) or three (second order).
    package var evaluations = 0.0
    /// What begins with a later step; nil: all steps are alike.
    package var later: LaterPhase?

    /// What the steps from one on do beside the others.
    package struct LaterPhase: Sendable {
        package let step: Int
        /// Further passes for each data row.
        package let evaluations: Double
        /// What shards count only then: the measures that are made of it have no value before.
        package let tallies: Set<Tally>
    }

    package init() {}

    /// Whether training leaves samples of the model, which can be shown and compared with data.
    package var hasChains: Bool { if case .none = samples { false } else { !model.drawsAfresh } }

    /// Whether these samples are moved by the run's sampler.
    package var movesChains: Bool { hasChains && usesSampler }

    /// Passes for each data row of a step.
    package func evaluations(atStep step: Int) -> Double { evaluations + (later.map { step >= $0.step ? $0.evaluations : 0 } ?? 0) }

    /// Passes for each data row of all steps before one together.
    package func evaluations(beforeStep step: Int) -> Double {
        Double(step) * evaluations + (later.map { Double(max(0, step - $0.step)) * $0.evaluations } ?? 0)
    }

    /// What shards have not begun to count at a step.
    package func pending(atStep step: Int) -> Set<Tally> { later.flatMap { step < $0.step ? $0.tallies : nil } ?? [] }

    /// What shards count, each once.
    package var tallies: [Tally] {
        var seen: Set<Tally> = []
        return (measures.flatMap(\.tallies) + counts).filter { seen.insert($0).inserted }
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics

/// The model of a training as everything between its steps looks at it: evaluations, held-out rows, events and the report take turns with one set of
/// weights in float, whatever precision training has.
final class EvaluatedModel {
    let trainer: Trainer
    /// Those that `prepare` made ready last.
    private(set) lazy var weights = RunWeights(plan.networks)
    /// What the networks know beside rows.
    var condition: Condition? { plan.condition }
    private lazy var scores = RowScores(plan.networks, weights, plan.configuration, seed: plan.configuration.run.seed)
    private var rows: EvaluationRows?

    init(_ trainer: Trainer) { self.trainer = trainer }

    var plan: RunPlan { trainer.plan }
    var communicator: any Communicator { trainer.communicator }

    /// Collective. The rows that are trained on, in the fixed order of evaluations; nil without data.
    func trainingRows() throws(Failure) -> EvaluationRows? {
        guard plan.source.hasRows else { return nil }
        if let rows { return rows }
        let made = try communicator.agree { try EvaluationRows(plan.source, plan.configuration) }
        rows = made
        return made
    }

    /// Collective. Takes over the parameters of the trainer's step: as they are, or averaged where there is an average.
    func prepare(_ wanted: ModelWeights) throws(Failure) {
        let parameters = wanted == .average ? try trainer.bestParameters() : trainer.state.parameters
        var modelState = trainer.state.modelState
        weights.prepare(parameters: parameters, state: &modelState, iterating: false)
    }

    // MARK: energies

    /// Rows of which the energies are looked at every so many steps; of a latent prior, whose rows need a chain each, no more than a five-hundredth of
    /// those that the steps between learn from, and sixteen at least.
    func rowCount(_ wanted: Int, every interval: Int) -> Int {
        guard plan.networks.isLatent else { return wanted }
        let steps = interval > 0 ? interval : plan.configuration.run.steps
        return min(wanted, max(16, plan.configuration.rowsPerStep * steps / 500))
    }

    /// Collective. The energies of the first rows, with their conditions; on a ladder of noise at its lowest level. nil where the objective trains no energy.
    func energies(of rows: EvaluationRows, count: Int) throws(Failure) -> [Double]? {
        try scores?.energies(of: rows, count: count, condition, seed: plan.configuration.run.seed, communicator)
    }

    /// Collective. The energies of samples that all ranks hold; nil also where they have conditions, which are not known any more.
    func energies(ofSamples samples: Matrix) throws(Failure) -> [Double]? {
        guard condition == nil, let scores else { return nil }
        return try scores.scores(of: samples.rows, communicator) { part, _ in (samples.rows(part), nil) }[0]
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Model
import Numerics

/// Evaluates a run at intervals of its training and writes evaluation.jsonl.
final class IntervalEvaluation: StepCallback {
    private let model: EvaluatedModel
    private let trainer: Trainer
    private let health: HealthReporter
    private let path: String
    /// Rank 0 alone, once there is something to write or to cut.
    private var log: MetricsLog?
    /// Made at the start; nil where nothing is compared with it.
    private var reference: SampleReference?
    /// Rows of data at which the energy is looked at; nil where it is not.
    private var rows: EvaluationRows?
    private var components: PrincipalComponents?
    private let validation: Validation?
    /// The best evaluation up to now; nil where none is kept, and before the first.
    private(set) var best: BestEvaluation?
    /// How far noise is from the data; nil where samples do not begin as noise of their own kind.
    private var noise: SampleMeasures?
    /// Seconds of training in earlier parts of the run, and where this part began.
    private let earlierSeconds: Double
    private var started = ContinuousClock.now
    private var evaluationTime = Duration.zero
    /// What the newest line of this process says.
    private(set) var newest: EvaluationLine?

    /// Collective.
    /// - Parameters:
    ///   - health: hears of what is found.
    ///   - stored: what the checkpoint that the run continues from says; nil for a new run.
    init(
        _ model: EvaluatedModel, _ folder: RunFolder, continuing stored: Manifest?, _ health: HealthReporter, _ validation: Validation?
    ) throws(Failure) {
        (self.model, trainer, self.health, self.validation) = (model, model.trainer, health, validation)
        path = folder.evaluation
        earlierSeconds = stored?.evaluation?.trainingSeconds ?? 0
        try goOn(from: stored)
    }

    private var plan: RunPlan { trainer.plan }
    private var communicator: any Communicator { trainer.communicator }

    /// Whether samples are compared with data: those that training leaves, or others where they are asked for.
    private var hasSamples: Bool { plan.profile.hasChains || drawsSamples }

    /// Whether samples are drawn for the evaluation: of a latent energy, of one whose samples are always drawn afresh, and where held-out rows or the best
    /// checkpoint want them. Where the loss of held-out rows chooses, they would cost more than what they are for.
    private var drawsSamples: Bool {
        let isWanted =
            plan.networks.isLatent || plan.profile.model.drawsAfresh || validation != nil && keptMeasure != .heldOutLoss
            || [.slicedWasserstein, .frechetDistance].contains(keptMeasure)
        return !plan.profile.hasChains && isWanted
    }

    /// The measure whose best checkpoint is kept.
    private var keptMeasure: RunConfiguration.Checkpoint.Measure? {
        plan.configuration.evaluate.every > 0 ? plan.configuration.checkpoint.keepBest : nil
    }

    /// Whether the run ends, having become no better for as long as `run.patience` says.
    var isExhausted: Bool { best?.isExhausted(plan.configuration.run.patience) ?? false }

    /// Whether the energy is one of rows alone, of so few values that its smoothness is little work.
    private var looksAtEnergy: Bool {
        plan.profile.model.energy == .ofRows && plan.configuration.condition.kind == .none
            && plan.source.shape.count <= EnergySmoothness.mostValuesInTraining
    }

    /// Collective. Data that nothing can be compared with are refused now, and not at the first evaluation; the clock of training starts.
    /// - Throws: `.data` for less than two rows, or rows that are all the same.
    func begin() throws(Failure) {
        defer { started = .now }
        try communicator.agree { try checkKeptMeasure() }
        guard plan.configuration.evaluate.every > 0, let rows = try model.trainingRows() else { return }
        self.rows = looksAtEnergy ? rows : nil
        if hasSamples {
            let components = try rows.principalComponents(communicator)
            let reference = try SampleReference(rows, components: components, communicator)
            (self.reference, self.components) = (reference, components)
            if !plan.networks.isLatent {
                let draws = SampleReference.draws(
                    of: plan.configuration.startNoise(in: plan.space), count: plan.configuration.evaluate.count, columns: rows.dimension)
                noise = try reference.measures(of: draws, communicator)
            }
        }
    }

    func isDue(_ moment: StepMoment) -> Bool { plan.configuration.evaluate.every > 0 && moment.isDue(plan.configuration.evaluate.every) }

    func act(_ moment: StepMoment) throws(Failure) {
        let comparison = try evaluate()
        health.hear(comparison)
        // Not at the end alone, which a run that is made longer has not: its reports would differ.
        guard moment.isMultiple(of: plan.configuration.evaluate.every) else { return }
        trainer.note(comparison)
        if let keptMeasure, let newest { note(newest.value(of: keptMeasure), of: keptMeasure, step: moment.step) }
    }

    private func note(_ value: Double?, of measure: RunConfiguration.Checkpoint.Measure, step: Int) {
        if best == nil, let value { best = BestEvaluation(measure, step: step, value: value) } else { best?.note(value, step: step) }
    }

    func goBack(to manifest: Manifest) throws(Failure) { try goOn(from: manifest) }

    /// Collective. The lines after a checkpoint are taken back, and what was best then is.
    private func goOn(from stored: Manifest?) throws(Failure) {
        best = stored?.best.flatMap { $0.measure == keptMeasure ? $0 : nil }
        try communicator.onRoot {
            log = nil
            let isThere = try RunFolder.isFile(path)
            if plan.configuration.evaluate.every > 0 || isThere { log = try MetricsLog(path, keeping: stored?.evaluation?.bytes ?? 0) }
        }
    }

    /// Refuses to keep the best by what is not measured.
    private func checkKeptMeasure() throws(Failure) {
        if keptMeasure == .heldOutLoss, validation?.hasLoss != true {
            let found = validation == nil ? "no held-out rows" : "objective.kind = \"\(plan.configuration.objective.kind.rawValue)\""
            throw Failure(
                .configuration,
                "checkpoint.keepBest = \"heldOutLoss\": it is the objective's own loss on rows that are held out: expected data.validation (or rows of "
                    + "data.split) and denoisingScore of one noise level, slicedScore, exactScore, energyDiscrepancy or nce, found \(found)"
            )
        }
        let isOfPlane = plan.source.density != nil && !plan.networks.isLatent
        guard let keptMeasure, [.divergence, .squaredError].contains(keptMeasure), !isOfPlane else { return }
        throw Failure(
            .configuration,
            "checkpoint.keepBest = \"\(keptMeasure.rawValue)\": it is measured of energies whose data are a built-in density of the plane; "
                + "expected \"slicedWasserstein\" or \"frechetDistance\"")
    }

    /// Rank 0: what a checkpoint remembers; the lines are on the disk on return.
    func stored() throws(Failure) -> Manifest.Evaluation {
        try log?.sync()
        return Manifest.Evaluation(bytes: log?.bytes ?? 0, trainingSeconds: trainingSeconds)
    }

    private var trainingSeconds: Double { earlierSeconds + (ContinuousClock.now - started - evaluationTime) / .seconds(1) }

    /// Collective. Writes the line of the trainer's step, of the averaged parameters where there are such.
    /// - Returns: how far its samples, and noise, are from the data; nil where that is not measured.
    private func evaluate() throws(Failure) -> NoiseComparison? {
        let (before, seconds) = (ContinuousClock.now, trainingSeconds)
        let count = plan.configuration.evaluate.count
        if drawsSamples { try trainer.drawSamples() }
        let chains = hasSamples ? try EvaluationChains(plan).gather(trainer, count: count) : nil
        try model.prepare(.average)
        let energy = try energyMeasures(samples: chains)
        let line = EvaluationLine(
            step: trainer.state.step, trainingSeconds: seconds,
            energyEvaluations: Int(Double(plan.configuration.rowsPerStep) * plan.profile.evaluations(beforeStep: trainer.state.step)),
            samples: try chains.flatMap { (chains) throws(Failure) in try reference?.measures(of: chains, communicator) },
            generated: try generatedMeasures(count: count), plane: energy.plane, smoothness: energy.smoothness,
            validation: try validationMeasures(chains: chains))
        try communicator.expecting(.storing("writing an evaluation")) { () throws(Failure) in
            try communicator.onRoot { try log?.append(try line.text()) }
        }
        newest = line
        evaluationTime += ContinuousClock.now - before
        guard let samples = line.samples, let noise else { return nil }
        return NoiseComparison(samples: samples.slicedWasserstein, noise: noise.slicedWasserstein)
    }

    /// Collective.
    private func validationMeasures(chains: Matrix?) throws(Failure) -> Validation.Findings? {
        guard let validation else { return nil }
        let energies = try validation.energies(.average, every: plan.configuration.evaluate.every)
        let loss = try validation.loss()
        guard let chains, let components else { return Validation.Findings(energies: energies, loss: loss, samples: nil) }
        return Validation.Findings(energies: energies, loss: loss, samples: try validation.compare(chains, components: components))
    }

    /// Collective. Of the generator's samples.
    private func generatedMeasures(count: Int) throws(Failure) -> SampleMeasures? {
        guard plan.profile.model.drawsFromGenerator, let generator = plan.networks.generator,
            let prepared = model.weights.learning[.generator], let reference
        else { return nil }
        let samples = GeneratorSamples(generator: generator, weights: prepared, seed: plan.configuration.run.seed)
        let condition = model.condition
        // What belongs to rows of data is measured against those rows, by `evaluate`.
        if condition?.belongsToRows == true { return nil }
        let conditions = condition.map {
            SampleConditions(
                condition: $0, label: nil, classes: $0.classes(known: plan.rowMetadata.rows.classes), columns: 1, rows: nil, seed: 0)
        }
        let rows = try samples.gather(
            count: count, rowsPerTile: plan.configuration.run.chainsPerShard, step: trainer.state.step, conditions: conditions, communicator
        )
        return try reference.measures(of: rows, communicator)
    }

    /// Collective.
    private func energyMeasures(samples: Matrix?) throws(Failure) -> (plane: PlaneEvaluation?, smoothness: EnergySmoothness?) {
        let density = plan.networks.isLatent ? nil : plan.source.density
        let plane = try density.flatMap { (density) throws(Failure) in try planeMeasures(density, chains: samples?.values ?? []) }
        let smoothness = try rows.map { (rows) throws(Failure) in
            try EnergySmoothness(
                of: plan.model, model.weights.learning.energy, level: plan.configuration.noiseLadder?.feature(0), rows: rows,
                samples: samples, communicator)
        }
        return (plane, smoothness)
    }

    /// Collective. Nil where the energy is no number.
    private func planeMeasures(_ density: PlaneDensity, chains: [Float]) throws(Failure) -> PlaneEvaluation? {
        let energy = ModelPlaneEnergy(plan.model, model.weights.learning.energy)
        return try communicator.unlessNumerical { () throws(Failure) in
            try PlaneEvaluation(of: energy, against: density, chains: chains, communicator)
        }
    }
}

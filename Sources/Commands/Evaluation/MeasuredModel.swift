import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics
import Training

/// A model that is measured, with what measures need of it; what takes work is made once, when the first of them asks, on all ranks together.
final class MeasuredModel {
    let command: EvaluateCommand
    let trained: TrainedModel
    let communicator: any Communicator
    /// The rows that the model was trained on, and those of `--data`; nil for an energy that is given.
    private let rows: (training: EvaluationRows, other: EvaluationRows?)?
    /// The built-in density of the plane whose samples were learned; nil for other data.
    let density: PlaneDensity?
    private var found: Drawn?
    private var sets: ComparedSets?
    private var features: ComparedFeatures?

    /// Samples, and what says how they came about.
    struct Drawn {
        let rows: Matrix
        let origin: String
        let steps: Int?
        /// What drew them and their conditions; nil for samples of a file.
        var sampler: ModelSampler?
        var conditions: SampleConditions?
    }

    /// Collective.
    init(_ command: EvaluateCommand, _ trained: TrainedModel, _ communicator: any Communicator) throws(Failure) {
        (self.command, self.trained, self.communicator) = (command, trained, communicator)
        density = Self.density(of: trained)
        guard trained.configuration.objective.kind.learns else {
            rows = nil
            return
        }
        rows = try trained.evaluationRows(command.data, images: command.images, communicator)
    }

    /// The rows that the model was trained on: of what needs data (`MeasureKind.Need.data`).
    var training: EvaluationRows {
        guard let rows else { preconditionFailure("an energy that is given has no data: a measure needs them and does not say so") }
        return rows.training
    }

    /// Rows of `--data`; nil where it is not given.
    var other: EvaluationRows? { rows?.other }

    var hasData: Bool { rows != nil }

    /// The density of what a latent energy's generator makes has no closed form.
    static func density(of trained: TrainedModel) -> PlaneDensity? {
        trained.networks.isLatent ? nil : PlaneDensity(named: trained.configuration.data.source)
    }

    /// Rows that the model is measured at: those of `--data`, else those that it was trained on.
    var held: EvaluationRows { other ?? training }

    var heldAreTrainingRows: Bool { held.digest == training.digest }

    /// Of what `evaluate` draws.
    var seed: UInt64 { command.seed ?? 1 }

    // MARK: samples

    /// Samples that are drawn where no number is given, at most.
    private static let defaultCount = 2048

    /// Collective. The samples on all ranks, drawn or read once.
    func drawn() throws(Failure) -> Drawn {
        if let found { return found }
        let drawn = if let samples = command.samples { try read(samples) } else { try draw() }
        found = drawn
        return drawn
    }

    /// Collective.
    private func read(_ path: String) throws(Failure) -> Drawn {
        let rows = try trained.givenRows(path, option: "--samples", communicator)
        try communicator.agree {
            if rows.count < 2 { throw Failure(.data, "\(path): expected at least two samples to measure, found \(rows.count)") }
        }
        return Drawn(rows: rows.spread(), origin: path, steps: nil)
    }

    /// Collective.
    private func draw() throws(Failure) -> Drawn {
        // Not more than half of the data, so that there are as many data rows to compare the samples' measures with.
        var limit = rows.map { max(2, min(Self.defaultCount, $0.training.available / 2)) } ?? Self.defaultCount
        // Rows that conditions are about may be fewer.
        if let other, trained.rowCondition?.belongsToRows == true { limit = min(limit, other.available) }
        let (count, most) = (command.count, limit)
        let conditions = try trained.conditions(
            count: count ?? most, label: nil, data: command.data, images: command.images, seed: seed, communicator)
        let sampler = try communicator.agree {
            try ModelSampler(
                trained, count: count, orAtMost: most, steps: command.steps, start: command.start, seed: seed, conditions: conditions,
                guidance: command.guidance, proposes: !command.leavesOutProposal)
        }
        return Drawn(
            rows: try sampler.drawAll(communicator), origin: sampler.start.rawValue, steps: sampler.steps, sampler: sampler,
            conditions: conditions)
    }

    // MARK: sets of rows

    /// Collective. Samples and the rows that they are compared with, made once.
    func compared() throws(Failure) -> ComparedSets {
        if let sets { return sets }
        let drawn = try drawn()
        let made = try communicator.agree { try ComparedSets(drawn, training: training, other: other) }
        sets = made
        return made
    }

    /// Collective. What the classifier of `--features` makes of these sets, made once.
    /// - Throws: `.usage` for a classifier of other rows than this model's.
    func comparedFeatures() throws(Failure) -> ComparedFeatures {
        if let features { return features }
        guard let path = command.features else { preconditionFailure("a measure of features without a classifier") }
        let (file, preparation) = (try FeaturesFile.shared(path, communicator), try trained.preparation(communicator))
        try communicator.agree { try file.check(preparation, "evaluate: --features \(path)") }
        let sets = try compared()
        func read(_ rows: Matrix) throws(Failure) -> ClassifiedRows {
            try file.classifier.read(file.converted(rows, from: preparation), communicator)
        }
        let made = ComparedFeatures(
            file: file, samples: try read(sets.samples), reference: try read(sets.reference),
            floor: try sets.floor.map { (floor) throws(Failure) in try read(floor) })
        features = made
        return made
    }

    /// Collective. Rows that were not trained on: those of `--data`, else those that the run held out; nil where there are none.
    func heldOutRows() throws(Failure) -> EvaluationRows? {
        if let other { return heldAreTrainingRows ? nil : other }
        return try trained.heldOutRows(communicator)
    }

    // MARK: rows

    private static let defaultRows = 1000
    private static let mostRows = 1 << 24

    /// Rows of data to measure: `--count`, or a thousand.
    /// - Throws: `.usage` for more than can be held.
    func rowCount() throws(Failure) -> Int {
        let rows = command.count ?? Self.defaultRows
        guard rows <= Self.mostRows else {
            throw Failure(.usage, "evaluate: --count: expected at most \(Self.mostRows) rows, found \(rows)")
        }
        return rows
    }
}

extension MeasuredModel.Drawn {
    /// The finite samples, and how many others there are.
    /// - Throws: `.numerical` for fewer than a measure needs.
    func finite(atLeast least: Int) throws(Failure) -> (rows: Matrix, left: Int) {
        let finite = rows.finiteRows
        guard finite.rows >= least else {
            throw Failure(
                .numerical, "\(origin): expected at least \(least) finite samples to measure, found \(finite.rows) of \(rows.rows)")
        }
        return (finite, rows.rows - finite.rows)
    }

    /// Nil where the model drew nothing or has no condition.
    var conditioned: (sampler: ModelSampler, conditions: SampleConditions)? {
        guard let sampler, let conditions else { return nil }
        return (sampler, conditions)
    }
}

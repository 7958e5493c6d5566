import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Measures
import Numerics
import Training

/// `evaluate`: the measures of a trained model.
///
/// Samples of the model, or of a file, are compared with data; a model of a built-in plane density has the measures of its energy as well.
public struct EvaluateCommand: Codable, Sendable {
    public var folder: String
    public var step: WantedCheckpoint?
    public var weights: ModelWeights
    /// Which samples are measured: a file of them, or those that the model's sampler draws, as `SampleCommand` does.
    public var samples: String?
    public var start: ModelSampler.Start?
    public var steps: Int?
    public var count: Int?
    public var seed: UInt64?
    /// A name or path of data to compare with; nil: those of the run.
    public var data: String?
    /// The images that belong to the rows of `data`, for a model with such a condition.
    public var images: String?
    /// Where the measures go as JSON.
    public var output: String?
    public var picture: String?
    /// What is denoised; nil: nothing. Samples are not measured then, unless one of their properties is given.
    public var denoising: Denoising?
    /// A name or path of data that the model's scores are to tell from its own. Samples are measured then only where `samples`, `start` or
    /// `steps` is given.
    public var outliers: String?
    /// Where a picture of rows and of what the generator makes of their latent vectors goes; the rest as with `outliers`.
    public var reconstructions: String?

    public init(
        folder: String, step: WantedCheckpoint? = nil, weights: ModelWeights = .average, samples: String? = nil,
        start: ModelSampler.Start? = nil,
        steps: Int? = nil, count: Int? = nil, seed: UInt64? = nil, data: String? = nil, images: String? = nil, output: String? = nil,
        picture: String? = nil,
        denoising: Denoising? = nil, outliers: String? = nil, reconstructions: String? = nil
    ) {
        (self.folder, self.step, self.weights) = (folder, step, weights)
        (self.samples, self.start, self.steps, self.count, self.seed) = (samples, start, steps, count, seed)
        (self.data, self.images, self.output, self.picture, self.denoising) = (data, images, output, picture, denoising)
        (self.outliers, self.reconstructions) = (outliers, reconstructions)
    }

    /// Samples that are drawn where no number is given, at most.
    private static let defaultCount = 2048

    /// What the JSON file holds.
    private struct Report: Encodable {
        let step: Int
        let weights: ModelWeights
        /// Of the energy, for a built-in density of the plane.
        let measures: PlaneEvaluation?
        /// Of samples.
        let samples: SampleEvaluation?
        let smoothness: EnergySmoothness?
        let denoising: DenoisingEvaluation?
        let outliers: OutlierEvaluation?
        let reconstruction: ReconstructionEvaluation?
        /// Of samples whose condition is visible values, or classes.
        let completion: CompletionEvaluation?
        let classes: ClassEvaluation?
    }

    /// Collective. The same measures on any number of ranks.
    /// - Returns: lines for the person at the terminal.
    /// - Throws: `.usage`, `.data`, `.missingInput`, `.checkpoint`, and `.numerical` where energies or samples are no numbers.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        try OutputPath.check([output, picture, reconstructions], communicator)
        let trained = try TrainedModel.shared(folder, step: step, weights: weights, needingChains: needsChains, communicator)
        // The density of what a latent energy's generator makes has no closed form.
        let density = trained.networks.isLatent ? nil : PlaneDensity(named: trained.configuration.data.source)
        try communicator.agree { try check(density, trained) }
        let (training, other) = try trained.evaluationRows(data, images: images, communicator)
        let ofOutliers = try evaluateOutliers(trained, training, inliers: other ?? training, communicator)
        let reconstruction = try evaluateReconstruction(trained, of: other ?? training, training: training, communicator)
        let drawn = measuresSamples ? try drawnOrRead(trained, training, other, communicator) : nil
        let ofSamples = try drawn.map { (drawn) throws(Failure) in try evaluate(drawn, trained, training, other, communicator) }
        let completion = try drawn.flatMap { (drawn) throws(Failure) in
            try evaluateCompletion(drawn, trained, of: other ?? training, training: training, communicator)
        }
        let classes = try drawn.flatMap { (drawn) throws(Failure) in
            try evaluateClasses(drawn, training: training, other: other, communicator)
        }
        let smoothness = try drawn.flatMap { (drawn) throws(Failure) in
            try evaluateSmoothness(trained, of: other ?? training, samples: drawn.rows, communicator)
        }
        let plane = try density.map { (density) throws(Failure) in try evaluatePlane(density, trained, communicator) }
        let denoised = try denoising.map { (denoising) throws(Failure) in
            try denoising.evaluate(trained, training, other, picture: density == nil ? picture : nil, communicator)
        }
        let report = Report(
            step: trained.step, weights: weights, measures: plane, samples: ofSamples, smoothness: smoothness, denoising: denoised,
            outliers: ofOutliers, reconstruction: reconstruction, completion: completion, classes: classes)
        try communicator.onRoot { if let output { try write(report, to: output) } }
        let title = "\(trained.configuration.data.source) at step \(trained.step), \(weights.rawValue) weights"
        let measures = [
            plane?.text, ofSamples?.text, smoothness?.text, completion?.text, classes?.text, reconstruction?.text, denoised?.text,
            ofOutliers?.text,
        ]
        return trained.told(([title] + measures.compactMap { $0 }).joined(separator: "\n"))
    }

    /// Whether the checkpoint's chains are measured, or gone on from.
    private func needsChains(_ trained: TrainedModel) -> Bool {
        let isPlane = !trained.networks.isLatent && PlaneDensity(named: trained.configuration.data.source) != nil
        return isPlane || (measuresSamples && samples == nil && (start ?? trained.standardStart) == .chains)
    }

    private func check(_ density: PlaneDensity?, _ trained: TrainedModel) throws(Failure) {
        if let images { try trained.checkTakesImages(images) }
        if let images, data == nil {
            throw Failure(.usage, "evaluate: --condition \(images): expected --data beside it, the rows that belong to these images")
        }
        if picture != nil && density == nil && denoising == nil {
            throw Failure(
                .usage,
                "evaluate: --picture shows a density of the plane, which the data of \(folder) have not, or what --denoise does. "
                    + "Use sample --grid for samples.")
        }
        if samples != nil, let (option, _) = sampling.first(where: { $0.1 }) {
            throw Failure(
                .usage, "evaluate: \(option) says how the model draws samples, --samples that they are in a file: give one of the two")
        }
    }

    /// The options of drawn samples, and whether they are given.
    private var sampling: [(option: String, isGiven: Bool)] {
        [("--from", start != nil), ("--steps", steps != nil)]
            + (measuresRows ? [] : [("--count", count != nil), ("--seed", seed != nil)])
    }

    /// Whether rows of data are measured, whose number and seed are those of samples otherwise.
    private var measuresRows: Bool { outliers != nil || reconstructions != nil }

    private var measuresSamples: Bool {
        (denoising == nil && !measuresRows) || samples != nil || sampling.contains { $0.isGiven }
    }

    // MARK: samples

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
    private func evaluate(
        _ drawn: Drawn, _ trained: TrainedModel, _ training: EvaluationRows, _ other: EvaluationRows?, _ communicator: any Communicator
    ) throws(Failure) -> SampleEvaluation {
        try SampleEvaluation(
            of: drawn.rows, origin: drawn.origin, steps: drawn.steps, training: training, other: other,
            noise: trained.networks.isLatent ? nil : trained.configuration.startNoise, communicator)
    }

    /// Collective. The samples on all ranks.
    private func drawnOrRead(
        _ trained: TrainedModel, _ training: EvaluationRows, _ other: EvaluationRows?, _ communicator: any Communicator
    ) throws(Failure) -> Drawn {
        if let samples {
            let rows = try trained.readRows(samples, option: "--samples", communicator)
            try communicator.agree {
                if rows.rows < 2 { throw Failure(.data, "\(samples): expected at least two samples to measure, found \(rows.rows)") }
            }
            return Drawn(rows: rows, origin: samples, steps: nil)
        }
        // Not more than half of the data, so that there are as many data rows to compare the samples' measures with.
        var limit = max(2, min(Self.defaultCount, training.available / 2))
        // Rows that conditions are about may be fewer.
        if let other, trained.rowCondition?.belongsToRows == true { limit = min(limit, other.available) }
        let conditions = try trained.conditions(
            count: count ?? limit, label: nil, data: data, images: images, seed: seed ?? 1, communicator)
        let sampler = try communicator.agree {
            try ModelSampler(trained, count: count, orAtMost: limit, steps: steps, start: start, seed: seed ?? 1, conditions: conditions)
        }
        return Drawn(
            rows: try sampler.drawAll(communicator), origin: sampler.start.rawValue, steps: sampler.steps, sampler: sampler,
            conditions: conditions)
    }

    // MARK: densities of the plane

    /// Collective. Measures of the energy, and of all chains of the checkpoint.
    private func evaluatePlane(
        _ density: PlaneDensity, _ trained: TrainedModel, _ communicator: any Communicator
    ) throws(Failure) -> PlaneEvaluation {
        let chains = try communicator.agree { () throws -> [Float] in
            let stored = try StoredChains(trained)
            return try stored.samples(0..<stored.wanted)
        }
        let energy = ModelPlaneEnergy(trained.model, trained.prepared())
        let evaluation = try PlaneEvaluation(of: energy, against: density, chains: chains, communicator)
        try communicator.onRoot {
            if let picture {
                try PlanePicture.make(of: energy, logZ: evaluation.integral.logZ, against: density, chains: chains).write(to: picture)
            }
        }
        return evaluation
    }

    private func write(_ report: Report, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write(Array(try encoder.encode(report)) + [10], to: path)
    }
}

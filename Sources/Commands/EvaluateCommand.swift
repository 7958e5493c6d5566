import Configuration
import Distributed
import Failures
import Formats
import Measures
import Training

/// `evaluate`: the measures of a trained model (`MeasureKind`).
///
/// Samples of the model, or of a file, are compared with data; a model of a built-in plane density has the measures of its energy as well.
public struct EvaluateCommand: Codable, Sendable {
    public var folder: String
    public var step: WantedCheckpoint?
    public var weights: ModelWeights
    /// The names of measures; nil: those that are standard.
    public var measures: [String]?
    /// How `ais` anneals; nil: as usual.
    public var annealing: AnnealedImportance.Settings?
    /// Which samples are measured: a file of them, or those that the model's sampler draws, as `SampleCommand` does.
    public var samples: String?
    public var start: ModelSampler.Start?
    public var steps: Int?
    public var count: Int?
    public var seed: UInt64?
    /// How often the difference that a class makes to the energy counts, in samples; nil: as the run says.
    public var guidance: Double?
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
    /// The file of a classifier, as `features` writes it.
    public var features: String?
    /// Where a picture of samples and their nearest training rows goes.
    public var nearest: String?
    /// Whether samples are drawn without the network that proposes where chains of a ladder's levels start.
    public var leavesOutProposal: Bool

    public init(
        folder: String, step: WantedCheckpoint? = nil, weights: ModelWeights = .average, measures: [String]? = nil,
        annealing: AnnealedImportance.Settings? = nil, samples: String? = nil, start: ModelSampler.Start? = nil, steps: Int? = nil,
        count: Int? = nil, seed: UInt64? = nil, guidance: Double? = nil, data: String? = nil, images: String? = nil, output: String? = nil,
        picture: String? = nil, denoising: Denoising? = nil, outliers: String? = nil, reconstructions: String? = nil,
        features: String? = nil, nearest: String? = nil, leavesOutProposal: Bool = false
    ) {
        (self.folder, self.step, self.weights, self.measures, self.annealing) = (folder, step, weights, measures, annealing)
        (self.samples, self.start, self.steps, self.count, self.seed) = (samples, start, steps, count, seed)
        self.guidance = guidance
        (self.data, self.images, self.output, self.picture, self.denoising) = (data, images, output, picture, denoising)
        (self.outliers, self.reconstructions) = (outliers, reconstructions)
        (self.features, self.nearest, self.leavesOutProposal) = (features, nearest, leavesOutProposal)
    }

    /// Collective. The same measures on any number of ranks.
    /// - Returns: lines for the person at the terminal.
    /// - Throws: `.usage`, `.data`, `.missingInput`, `.checkpoint`, and `.numerical` where energies or samples are no numbers.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        try OutputPath.check([output, picture, reconstructions, nearest], communicator)
        let selection = try communicator.agree { try MeasureSelection(self) }
        let trained = try TrainedModel.shared(
            folder, step: step, weights: weights, needingChains: { selection.needsChains(self, $0) }, communicator)
        try communicator.agree { try check(trained) }
        let model = try MeasuredModel(self, trained, communicator)
        let findings = try selection.kinds(for: model).map { (kind) throws(Failure) in (kind: kind, finding: try kind.measure(model)) }
        let report = EvaluationReport(step: trained.step, weights: weights, findings: findings)
        try communicator.onRoot { if let output { try report.write(to: output) } }
        let title = "\(trained.configuration.subject) at step \(trained.step), \(weights.rawValue) weights"
        return trained.told(([title] + findings.map(\.finding.text)).joined(separator: "\n"))
    }

    private func check(_ trained: TrainedModel) throws(Failure) {
        if let images { try trained.checkTakesImages(images) }
        if let images, data == nil {
            throw Failure(.usage, "evaluate: --condition \(images): expected --data beside it, the rows that belong to these images")
        }
        if picture != nil && MeasuredModel.density(of: trained) == nil && denoising == nil {
            throw Failure(
                .usage,
                "evaluate: --picture shows a density of the plane, which the data of \(folder) have not, or what --denoise does. "
                    + "Use sample --grid for samples.")
        }
        if samples != nil, let option = givenSamplingOption {
            throw Failure(
                .usage, "evaluate: \(option) says how the model draws samples, --samples that they are in a file: give one of the two")
        }
    }

    /// One of the options of drawn samples that are given.
    var givenSamplingOption: String? { sampling.first { $0.isGiven }?.option }

    private var sampling: [(option: String, isGiven: Bool)] {
        [
            ("--from", start != nil), ("--steps", steps != nil), ("--guidance", guidance != nil),
            ("--without-proposal", leavesOutProposal),
        ]
            + (measuresRows ? [] : [("--count", count != nil), ("--seed", seed != nil)])
    }

    /// Whether rows of data are measured, whose number and seed are those of samples otherwise.
    private var measuresRows: Bool { MeasureKind.all.contains { $0.measuresRows && $0.isAsked(self) } }

    /// Whether samples are measured where no measures are named.
    var measuresSamples: Bool { (denoising == nil && !measuresRows) || samples != nil || givenSamplingOption != nil }
}

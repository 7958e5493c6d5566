import Configuration
import Foundation
import Measures

/// One line of evaluation.jsonl: measures of a model on its way, and what it has cost so far.
public struct EvaluationLine: Codable, Hashable, Sendable {
    /// Updates made.
    public var step: Int
    /// Seconds that training took up to now, evaluations left out, of all parts of a run that was stopped and continued.
    public var trainingSeconds: Double
    /// Passes of single rows through the energy and back up to now, as `ObjectiveProfile.evaluations` counts them: trees at their most.
    public var energyEvaluations: Int
    /// The run's chains against data; absent where an objective has no chains, and where they are not finite.
    public var samples: SampleMeasures?
    /// Samples of the generator before any step of the sampler, from the averaged parameters; absent without a generator.
    public var generated: SampleMeasures?
    /// The averaged energy against a built-in density of the plane; absent for other data, and where the energy is no number.
    public var plane: PlaneEvaluation?
    /// How smooth the averaged energy is; absent for rows of many values, and for an energy that is none of rows alone.
    public var smoothness: EnergySmoothness?
    /// On rows that were held out; absent where none are.
    var validation: Validation.Findings?

    /// A measure of which less is better; nil where the line has it not. Of samples against held-out rows where there are such.
    func value(of measure: RunConfiguration.Checkpoint.Measure) -> Double? {
        let samples = validation?.samples ?? samples ?? generated
        let value =
            switch measure {
            case .slicedWasserstein: samples?.slicedWasserstein
            case .frechetDistance: samples?.frechetDistance
            case .divergence: (plane?.fit.divergence).map { Double($0) }
            case .heldOutLoss: validation?.loss?.mean
            case .squaredError: (plane?.fit.squaredError).map { Double($0) }
            }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The line, without the newline; values that are not finite are written as text.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

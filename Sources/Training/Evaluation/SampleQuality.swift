import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Model
import Numerics
import Sampling

/// How good the samples at the end of a run are: their distance from data, beside that of other data rows and that of noise.
package struct SampleQuality: Hashable, Sendable {
    /// Sliced Wasserstein distances from the same rows of data: of the samples, of other rows, and of the noise that chains start from.
    package let samples: Double
    package let data: Double
    /// Nil where samples have no noise to start from, as those of a latent prior.
    package let noise: Double?

    package init(samples: Double, data: Double, noise: Double?) { (self.samples, self.data, self.noise) = (samples, data, noise) }

    /// Samples that are measured, and data rows that they are compared with, at most.
    private static let (mostSamples, mostRows) = (512, 1024)
    /// The measure may take so much of the work of the run.
    private static let share = 0.02
    /// Numbers of `RandomPurpose.evaluation` for the noise.
    private static let noiseStream = RandomStream(seed: 1, purpose: .evaluation, step: 3, index: 0)

    /// Whether the measure is little work beside the steps that were made, in multiplications; sorting and drawing count as fifty for each number.
    package static func isCheap(_ plan: RunPlan, steps: Int) -> Bool {
        let passes = Double(plan.configuration.rowsPerStep) * max(Double(steps), plan.profile.evaluations(beforeStep: steps))
        let training = passes * 2 * Double(plan.networks.layout.count)
        let numbers = Double(SlicedWasserstein.directions) * Double(3 * mostSamples + mostRows)
        return numbers * Double(plan.source.shape.count + 50) < share * training
    }

    /// Collective. What a run says of itself at its end; nil where it is not asked for evaluations and this one would cost much.
    static func atEnd(of trainer: Trainer) throws(Failure) -> SampleQuality? {
        let isMeasured = trainer.plan.configuration.evaluate.every > 0 || isCheap(trainer.plan, steps: trainer.state.step)
        return isMeasured ? try measure(trainer) : nil
    }

    /// Collective. The same bits on any number of ranks; changes nothing of the run.
    /// - Parameter trainer: after its last step, its negatives being samples.
    /// - Returns: nil where there is nothing to compare: few rows of data, samples of a conditional model, or that are not finite.
    package static func measure(_ trainer: Trainer) throws(Failure) -> SampleQuality? {
        let (plan, communicator) = (trainer.plan, trainer.communicator)
        let configuration = plan.configuration
        guard configuration.condition.kind == .none else { return nil }
        let rows = try communicator.agree { try EvaluationRows(plan.source, configuration) }
        let chains = try EvaluationChains(plan).gather(trainer, count: min(mostSamples, rows.available / 2))
        return try measure(
            chains, against: rows, noise: plan.networks.isLatent ? nil : configuration.startNoise(in: plan.space), communicator)
    }

    /// Collective. As above, of given samples.
    /// - Parameter noise: that samples start from; nil where they do not start as noise of their own kind.
    package static func measure(
        _ samples: Matrix, against rows: EvaluationRows, noise: NoiseDistribution?, _ communicator: any Communicator
    ) throws(Failure) -> SampleQuality? {
        guard rows.available >= 8, samples.rows >= 2, samples.isFinite else { return nil }
        let count = min(samples.rows, mostSamples, rows.available / 2)
        let held = min(mostRows, rows.available - count)
        let distance = SlicedWasserstein(to: rows.read(0..<held))
        let ofSamples = try distance.distance(of: samples.rows(0..<count), communicator)
        let ofData = try distance.distance(of: rows.read(held..<held + count), communicator)
        guard let noise else { return SampleQuality(samples: ofSamples, data: ofData, noise: nil) }
        let draws = Matrix(rows: count, columns: samples.columns)
        noise.fill(draws, stream: noiseStream)
        return SampleQuality(samples: ofSamples, data: ofData, noise: try distance.distance(of: draws, communicator))
    }

    /// Where the samples stand between noise, 0, and data, 1; nil where the noise is no farther from the data than data are.
    package var progress: Double? { noise.flatMap { $0 > data ? ($0 - samples) / ($0 - data) : nil } }

    /// In words.
    package var text: String {
        func number(_ value: Double) -> String { NumberText.fixed(value, 3, width: 0) }
        let measures =
            "sliced Wasserstein distance from data \(number(samples)); other rows of the data have \(number(data))"
            + (noise.map { ", the noise that chains start from \(number($0))" } ?? "")
        guard let progress else { return measures }
        let percent = NumberText.fixed(100 * max(0, min(1, progress)), 0, width: 0)
        let verdict =
            switch progress {
            case ..<0: "the samples are farther from the data than noise is: the model is no use yet"
            case ..<0.3: "the samples are hardly better than noise: \(percent) % of the way from it to the data"
            case ..<0.8: "the samples are on their way: \(percent) % from noise to the data"
            case ..<0.95: "the samples are near the data: \(percent) % of the way from noise"
            default: "the samples are close to the data: \(percent) % of the way from noise"
            }
        return "\(verdict) (\(measures))"
    }
}

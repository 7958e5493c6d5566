import Configuration
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Numerics
import Sampling
import Training

/// Measures of a set of samples beside what they are for data and for noise.
public struct SampleEvaluation: Codable, Hashable, Sendable {
    /// `chains` or `noise`, from which the model's sampler went on, or the file of the samples.
    public let origin: String
    /// Steps of the run's sampler; nil for samples from a file.
    public let steps: Int?
    /// The data that samples are compared with.
    public let data: String
    /// Rows of these data, and features of the Fréchet distance.
    public let referenceRows: Int
    public let features: Int
    public let samples: SampleMeasures
    /// Where the distances of the samples lie by chance.
    public let intervals: SampleMeasures.Intervals
    /// As many rows of the training data, none of them among the reference rows: what a perfect model would have. Absent for data of few rows.
    public let floor: SampleMeasures?
    public let floorIntervals: SampleMeasures.Intervals?
    /// As many draws of the noise that the run's chains start from: what an untrained model would have.
    public let ceiling: SampleMeasures?
    public let ceilingIntervals: SampleMeasures.Intervals?
    /// A sentence where the samples are no nearer to the data than noise.
    public let verdict: String?

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - samples: rows x dimension, the same on all ranks, with their origin.
    ///   - training: the data that the run was trained on: they give the features.
    ///   - other: data to compare with in place of the training data.
    /// - Throws: `.numerical` where not even two samples are finite, `.data` for data of which there is too little.
    init(
        of samples: Matrix, origin: String, steps: Int?, training: EvaluationRows, other: EvaluationRows?, noise: NoiseDistribution?,
        _ communicator: any Communicator
    ) throws(Failure) {
        let components = try training.principalComponents(communicator)
        // Other data are used whole: the rows of the floor are not among them.
        let isSame = other.map { $0.digest == training.digest } ?? true
        let reference = try SampleReference(
            other ?? training, leaving: isSame ? samples.rows : 0, components: components, communicator)
        func measured(_ rows: Matrix) throws(Failure) -> (measures: SampleMeasures, intervals: SampleMeasures.Intervals)? {
            try reference.measures(of: rows, communicator).map { (measures) throws(Failure) in
                (measures, try reference.intervals(of: rows, measures, communicator))
            }
        }
        guard let own = try measured(samples) else {
            throw Failure(.numerical, "\(origin): fewer than two of \(samples.rows) samples are finite: nothing can be measured")
        }
        (self.origin, self.steps, self.samples, intervals) = (origin, steps, own.measures, own.intervals)
        self.data = (other ?? training).name
        (referenceRows, features) = (reference.rows, components.count)
        let first = isSame ? reference.rows : 0
        let held = first..<min(training.available, first + samples.rows)
        let data = try measured(training.read(held))
        let untrained = try noise.flatMap { (noise) throws(Failure) in
            try measured(SampleReference.draws(of: noise, count: samples.rows, columns: samples.columns))
        }
        (floor, floorIntervals, ceiling, ceilingIntervals) = (data?.measures, data?.intervals, untrained?.measures, untrained?.intervals)
        let scale = Spread(of: training.read(0..<min(training.available, Self.scaleRows)).values.map { Double($0) })
        verdict = ceiling.flatMap {
            NoiseComparison(samples: own.measures.slicedWasserstein, noise: $0.slicedWasserstein).sentence(scale)
        }
    }

    /// Rows that tell the scale of the data.
    private static let scaleRows = 512

    /// Lines for the person at the terminal.
    public var text: String {
        let from = steps.map { "after \($0) steps from \(origin)" } ?? "of \(origin)"
        let left = samples.notFinite > 0 ? ", \(samples.notFinite) others not finite" : ""
        let columns = [(samples, intervals), (floor, floorIntervals), (ceiling, ceilingIntervals)]
        func cells(_ value: (SampleMeasures) -> Double, _ interval: (SampleMeasures.Intervals) -> Interval) -> [String] {
            columns.map { measures, intervals in
                guard let measures, let intervals else { return "-" }
                let (number, ends) = (value(measures), interval(intervals))
                return String(format: "%.4f (%.4f to %.4f)", number, ends.low, ends.high)
            }
        }
        let table = MeasureTable.text(
            ["samples", "data", "noise"],
            [
                ("sliced Wasserstein", cells({ $0.slicedWasserstein }, { $0.slicedWasserstein })),
                ("Fréchet distance", cells({ $0.frechetDistance }, { $0.frechetDistance })),
            ])
        return """
            \(samples.count) samples \(from)\(left), against \(referenceRows) rows of \(data); Fréchet distance on \(features) features; in brackets 95 %
            \(table)
            """ + (verdict.map { "\nlook: \($0)" } ?? "")
    }
}

extension SampleEvaluation: MeasureFinding {}

extension MeasureKind {
    static let distances = MeasureKind(
        "distances", key: "samples", "samples against data: sliced Wasserstein distance, Fréchet distance on principal components",
        needs: [.samples], isStandard: \.measuresSamples
    ) { (model) throws(Failure) in
        let (trained, drawn) = (model.trained, try model.drawn())
        return try SampleEvaluation(
            of: drawn.rows, origin: drawn.origin, steps: drawn.steps, training: model.training, other: model.other,
            noise: trained.networks.isLatent ? nil : trained.configuration.startNoise(in: trained.space), model.communicator)
    }
}

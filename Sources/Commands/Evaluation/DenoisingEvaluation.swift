import Configuration
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Numerics
import Sampling
import Training

/// How well an energy takes noise away again, beside estimates that need no learning: peak signal-to-noise ratios in decibels.
public struct DenoisingEvaluation: Codable, Hashable, Sendable {
    /// The ratios at one noise level; higher is better.
    public struct Level: Codable, Hashable, Sendable {
        /// σ, the standard deviation of the noise on the model's scale.
        public let noise: Double
        /// Of the noised rows themselves: 20 log10(peak/σ) up to chance.
        public let identity: Double
        /// Of the Gaussian filter whose width is best for other rows, and this width in pixels; absent for rows that are no images.
        public let filter: Double?
        public let filterWidth: Double?
        /// Of the best linear estimate; absent for rows of more than 4,096 values.
        public let wiener: Double?
        /// Of the model: `PosteriorEstimates`.
        public let score: Double
        public let descent: Double
        public let posterior: Double
        /// Where the ratios lie by chance in the choice of rows.
        public let intervals: Intervals

        /// Of the ratios of the same names.
        public struct Intervals: Codable, Hashable, Sendable {
            public let identity: Interval
            public let filter: Interval?
            public let wiener: Interval?
            public let score: Interval
            public let descent: Interval
            public let posterior: Interval
        }

        /// - Parameter ratios: identity, filter, linear estimate, score, descent, posterior; nil for a filter or linear estimate that there is not.
        init(noise: Double, filterWidth: Double?, _ ratios: [Estimate?]) {
            guard ratios.count == 6, let identity = ratios[0], let score = ratios[3], let descent = ratios[4], let posterior = ratios[5]
            else {
                preconditionFailure("six estimates, of which a filter and a linear one may be missing")
            }
            (self.noise, self.filterWidth) = (noise, filterWidth)
            (self.identity, filter, wiener) = (identity.value, ratios[1]?.value, ratios[2]?.value)
            (self.score, self.descent, self.posterior) = (score.value, descent.value, posterior.value)
            intervals = Intervals(
                identity: identity.interval, filter: ratios[1]?.interval, wiener: ratios[2]?.interval, score: score.interval,
                descent: descent.interval, posterior: posterior.interval)
        }
    }

    /// The rows: those of data that the run was not trained on, or its own.
    public let data: String
    public let rows: Int
    public let isTrainingData: Bool
    /// data.high - data.low
    public let peak: Double
    /// T: the model's density is taken as exp(-E/T).
    public let temperature: Float
    /// Steps of the descent, and of the chain.
    public let steps: Int
    public let levels: [Level]

    /// Lines for the person at the terminal.
    public var text: String {
        func cells(_ values: [Double?]) -> [String] { values.map { $0.map { String(format: "%.2f", $0) } ?? "-" } }
        let origin = isTrainingData ? "\(data), which the model was trained on" : data
        let rows = levels.flatMap { level -> [(name: String, cells: [String])] in
            let (values, ends) = (
                [level.identity, level.filter, level.wiener, level.score, level.descent, level.posterior], level.intervals
            )
            let intervals = [ends.identity, ends.filter, ends.wiener, ends.score, ends.descent, ends.posterior]
            return [
                (String(format: "%.2f", level.noise), cells(values)), ("95 % of", cells(intervals.map { $0?.low })),
                ("     to", cells(intervals.map { $0?.high })),
            ]
        }
        let table = TextTable(
            ["identity", "filter", "Wiener", "score", "descent", "posterior"], rows, corner: "noise", names: 8, column: 11)
        return "denoising \(self.rows) rows of \(origin): PSNR in dB, peak \(String(format: "%g", peak))\n\(table.text())"
    }
}

extension RunConfiguration {
    /// T such that the chains of training sample exp(-E/T), which is no matter of the shape of rows. Objectives without chains of the bare energy, and chains
    /// without noise, have T = 1.
    package var chainTemperature: Float {
        let temperature = hasChainsOfEnergy ? anyKernel.temperature : 1
        return temperature > 0 ? temperature : 1
    }

    /// Whether training runs chains of the bare energy, without a tether or a prior beside it.
    var hasChainsOfEnergy: Bool { objective.kind.runsFreeChains && sampler.steps > 0 }
}

extension NoiseLadder {
    /// The lowest level whose data have at least this noise, else the highest.
    package func level(atLeast deviation: Float) -> Int {
        (0..<levels).first { deviations[$0] >= deviation * (1 - 1e-5) } ?? levels - 1
    }
}

extension DenoisingEvaluation: MeasureFinding {}

extension MeasureKind {
    static let denoising = MeasureKind(
        "denoising", "how well the energy takes noise off rows (--denoise): PSNR", option: Option(name: "--denoise") { $0.denoising != nil }
    ) { (model) throws(Failure) in
        let command = model.command
        guard let denoising = command.denoising else { preconditionFailure("an option that was checked is missing") }
        return try denoising.evaluate(
            model.trained, model.training, model.other, picture: model.density == nil ? command.picture : nil, model.communicator)
    }
}

import Distributed
import Failures
import Foundation
import Measures
import Numerics
import Training

/// The maximum mean discrepancy of samples from data.
public struct MeanDiscrepancyEvaluation: Codable, Hashable, Sendable {
    public let origin: String
    /// Samples that are finite, and the others, which are left out.
    public let samples: Int
    public let notFinite: Int
    public let data: String
    public let rows: Int
    /// h of exp(-|x - y|²/2h²): the median distance between rows of both.
    public let width: Double
    /// MMD², unbiased.
    public let squared: Estimate

    public var text: String {
        """
        MMD²               \(squared.significant)   \(samples) samples of \(origin) against \(rows) rows of \(data), Gaussian kernel of width \
        \(Spread.short(width)); 0 for one distribution
        """
    }
}

/// The kernelised Stein discrepancy of samples, and of data, from the model's density.
public struct SteinDiscrepancyEvaluation: Codable, Hashable, Sendable {
    public let origin: String
    public let samples: Int
    public let notFinite: Int
    public let data: String
    public let rows: Int
    /// c of (c² + |x - y|²)^(-1/2): the median distance between the samples.
    public let scale: Double
    /// T: the score is -∇E/T.
    public let temperature: Float
    /// KSD² of the samples, unbiased: whether chains follow the energy.
    public let squared: Estimate
    /// KSD² of the data: whether the energy follows the data.
    public let dataSquared: Estimate

    public var text: String {
        """
        KSD²               \(squared.significant)   of \(samples) samples of \(origin) from the density exp(-E/T), T = \(Spread.short(Double(temperature)))
                           \(dataSquared.significant)   of \(rows) rows of \(data) from it; 0 for draws of it
        """
    }
}

extension MeanDiscrepancyEvaluation: MeasureFinding {}
extension SteinDiscrepancyEvaluation: MeasureFinding {}

/// Sets of rows that are compared pair by pair.
private struct ComparedRows {
    /// Rows of each, at most.
    static let most = 2000
    /// Rows of both that the median distance is taken of.
    static let medianRows = 500

    let drawn: MeasuredModel.Drawn
    let samples: Matrix
    let data: Matrix
    let notFinite: Int

    /// Collective.
    init(_ model: MeasuredModel) throws(Failure) {
        drawn = try model.drawn()
        let (finite, left) = try drawn.finite(atLeast: 2)
        notFinite = left
        samples = finite.rows(0..<min(Self.most, finite.rows))
        data = model.held.read(0..<min(Self.most, model.held.available))
        guard data.rows >= 2 else { throw Failure(.data, "\(model.held.name): expected at least two rows to compare samples with") }
    }

    /// Positive.
    static func medianDistance(_ rows: [KernelRows]) -> Double {
        let both = KernelRows(
            rows.flatMap { $0.values.prefix(min($0.rows, medianRows) * $0.dimension) }, dimension: rows[0].dimension)
        let median = both.medianDistance(ofFirst: both.rows)
        return median > 0 ? median : 1
    }
}

extension MeasureKind {
    static let meanDiscrepancy = MeasureKind(
        "mmd", "maximum mean discrepancy of samples from data, with a Gaussian kernel", needs: [.samples]
    ) { (model) throws(Failure) in
        let compared = try ComparedRows(model)
        let (x, y) = (KernelRows(compared.samples), KernelRows(compared.data))
        let width = ComparedRows.medianDistance([x, y])
        return MeanDiscrepancyEvaluation(
            origin: compared.drawn.origin, samples: x.rows, notFinite: compared.notFinite, data: model.held.name, rows: y.rows,
            width: width,
            squared: try MeanDiscrepancy.estimate(x, y, .gaussian(width: width), communicator: model.communicator))
    }

    static let steinDiscrepancy = MeasureKind(
        "ksd", "kernelised Stein discrepancy of samples, and of data, from the model's density",
        needs: [.samples, .energyOfRows, .realNumbers]
    ) { (model) throws(Failure) in
        let compared = try ComparedRows(model)
        let (x, y) = (KernelRows(compared.samples), KernelRows(compared.data))
        let scale = ComparedRows.medianDistance([x])
        func discrepancy(_ rows: KernelRows, _ matrix: Matrix) throws(Failure) -> Estimate {
            let scores = KernelRows(try model.energiesAndScores(of: matrix).scores, dimension: rows.dimension)
            return try SteinDiscrepancy.estimate(rows, scores: scores, scale: scale, communicator: model.communicator)
        }
        return SteinDiscrepancyEvaluation(
            origin: compared.drawn.origin, samples: x.rows, notFinite: compared.notFinite, data: model.held.name, rows: y.rows,
            scale: scale,
            temperature: model.temperature, squared: try discrepancy(x, compared.samples), dataSquared: try discrepancy(y, compared.data))
    }
}

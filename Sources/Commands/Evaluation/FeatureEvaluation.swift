import Distributed
import Failures
import Foundation
import Learning
import Measures
import Model
import Training

/// Distances of samples from data on the features of a small classifier of the user's own: surrogates, not comparable with published ones.
struct FeatureEvaluation: MeasureFinding {
    /// Of a set of rows from the reference.
    struct Distances: Encodable {
        let count: Int
        /// |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½) of the features.
        let frechetDistance: Estimate
        /// The squared maximum mean discrepancy with the kernel (x·y/d + 1)³.
        let kernelDistance: Estimate
    }

    let classifier: FeaturesFile.Record
    /// Values of a row.
    let features: Int
    /// The data that samples are compared with, and how many rows of them.
    let data: String
    let referenceRows: Int
    let notFinite: Int
    let samples: Distances
    /// Of rows of the training data: what a perfect model would have. Absent for data of few rows.
    let floor: Distances?

    var text: String {
        let right = String(format: "%.1f", 100 * classifier.heldOutAccuracy)
        let table = MeasureTable.text(
            ["samples", "data"],
            [
                ("Fréchet distance", [samples.frechetDistance.significant, floor?.frechetDistance.significant ?? "-"]),
                ("kernel distance", [samples.kernelDistance.significant, floor?.kernelDistance.significant ?? "-"]),
            ])
        return """
            on \(features) features of a classifier of \(classifier.data), right about \(right) % of held-out rows: \
            surrogates, not comparable with published distances
            \(samples.count) samples, against \(referenceRows) rows of \(data)
            \(table)
            """
    }
}

extension MeasureKind {
    static let features = MeasureKind(
        "features", "distances of samples from data on features of a classifier: Fréchet, kernel",
        needs: [.samples, .features], isStandard: { $0.features != nil && $0.measuresSamples }
    ) { model throws(Failure) in
        let (rows, features) = (try model.compared(), try model.comparedFeatures())
        let width = features.file.classifier.classifier.network.featureCount
        let reference = KernelRows(features.reference.features, dimension: width)
        func distances(of read: ClassifiedRows) throws(Failure) -> FeatureEvaluation.Distances {
            FeatureEvaluation.Distances(
                count: read.count,
                frechetDistance: try FrechetDistance.estimate(
                    of: read.features, from: reference.values, order: width, communicator: model.communicator),
                kernelDistance: try MeanDiscrepancy.estimate(
                    KernelRows(read.features, dimension: width), reference, .cubic, communicator: model.communicator))
        }
        return FeatureEvaluation(
            classifier: features.file.record, features: width, data: rows.data, referenceRows: reference.rows, notFinite: rows.notFinite,
            samples: try distances(of: features.samples),
            floor: try features.floor.map { (floor) throws(Failure) in try distances(of: floor) })
    }
}

extension MeasureKind.Need {
    /// A classifier's features.
    static let features = MeasureKind.Need(
        missing: { model in
            model.command.features == nil ? "a classifier that `ebm-dist features` has trained, by --features FILE" : nil
        }, usesFeatures: true)
    /// The same where they are given.
    static let featuresIfGiven = MeasureKind.Need(missing: { _ in nil }, usesFeatures: true)
}

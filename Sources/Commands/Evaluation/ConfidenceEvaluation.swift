import Failures
import Foundation
import Learning
import Measures
import Training

/// What a classifier of the user's own takes samples for, and how sure it is, beside rows of data.
struct ConfidenceEvaluation: MeasureFinding {
    let classifier: FeaturesFile.Record
    /// The probability beyond which the classifier is sure.
    let threshold: Double
    let data: String
    let notFinite: Int
    let samples: ClassShares
    /// Of the rows that samples are compared with.
    let reference: ClassShares

    private static let shownClasses = 20

    var text: String {
        let head = """
            a classifier of \(classifier.data) is more than \(Int(100 * threshold)) % sure of \(samples.sure.percent) of \(samples.count) samples, \
            \(reference.sure.percent) of \(reference.count) rows of \(data)
            """
        guard samples.classes.count <= Self.shownClasses else { return head }
        let rows = zip(samples.classes, reference.classes).map { own, other in
            ("\(own.label)", [own.share.percent, own.sure?.percent ?? "-", other.share.percent])
        }
        return head + "\n" + MeasureTable.text(["samples", "sure of them", "data"], rows, corner: "class")
    }
}

extension MeasureKind {
    static let confidence = MeasureKind(
        "confidence", "which classes a classifier takes samples for, and how sure it is",
        needs: [.samples, .features], isStandard: { $0.features != nil && $0.measuresSamples }
    ) { model throws(Failure) in
        let (rows, features) = (try model.compared(), try model.comparedFeatures())
        let labels = features.file.classifier.classifier.labels
        return ConfidenceEvaluation(
            classifier: features.file.record, threshold: ClassShares.threshold, data: rows.data, notFinite: rows.notFinite,
            samples: ClassShares(of: features.samples, labels: labels), reference: ClassShares(of: features.reference, labels: labels))
    }
}

import Failures
import Learning
import Measures
import Model
import Training

/// Precision and recall of samples: which of them lie among the data, and which data among them.
struct ManifoldEvaluation: MeasureFinding {
    struct Shares: Encodable {
        /// As many of each set.
        let count: Int
        let precision: Estimate
        let recall: Estimate
    }

    /// `features` or `values`.
    let on: String
    let classifier: FeaturesFile.Record?
    /// The neighbour that the balls of manifolds reach to.
    let neighbor: Int
    let data: String
    let notFinite: Int
    let samples: Shares
    /// Of rows of the training data: what a perfect model would have. Absent for data of few rows.
    let floor: Shares?

    var text: String {
        let table = MeasureTable.text(
            ["samples", "data"],
            [
                ("precision", [samples.precision.percent, floor?.precision.percent ?? "-"]),
                ("recall", [samples.recall.percent, floor?.recall.percent ?? "-"]),
            ])
        return "\(samples.count) samples among as many rows of \(data), on \(on), by balls that reach to neighbor \(neighbor)\n\(table)"
    }
}

extension MeasureKind {
    static let precision = MeasureKind(
        "precision", "precision and recall of samples, on features where --features is given, else on values",
        needs: [.samples, .featuresIfGiven], isStandard: { $0.features != nil && $0.measuresSamples }
    ) { model throws(Failure) in
        let rows = try model.compared()
        let features = model.command.features == nil ? nil : try model.comparedFeatures()
        let width = features?.file.classifier.classifier.network.featureCount
        func set(_ read: ClassifiedRows) -> KernelRows { KernelRows(read.features, dimension: width ?? 1) }
        let reference = features.map { set($0.reference) } ?? KernelRows(rows.reference)
        func shares(_ own: KernelRows) throws(Failure) -> ManifoldEvaluation.Shares {
            let count = min(own.rows, reference.rows)
            let found = try SampleManifolds(samples: own.prefix(count), data: reference.prefix(count), model.communicator)
            let bootstrap = Bootstrap()
            return ManifoldEvaluation.Shares(
                count: count, precision: bootstrap.share(of: found.isPrecise), recall: bootstrap.share(of: found.isRecalled, set: 1))
        }
        let floor = features.map { $0.floor.map(set) } ?? rows.floor.map { KernelRows($0) }
        return ManifoldEvaluation(
            on: features == nil ? "values" : "features", classifier: features?.file.record, neighbor: SampleManifolds.neighbor,
            data: rows.data, notFinite: rows.notFinite, samples: try shares(features.map { set($0.samples) } ?? KernelRows(rows.samples)),
            floor: try floor.map { (floor) throws(Failure) in try shares(floor) })
    }
}

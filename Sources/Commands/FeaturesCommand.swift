import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Measures
import Model
import Numerics
import Training

/// `features`: trains a small classifier on rows with classes, for measures of samples on its features, and stores it in one file.
public struct FeaturesCommand: Codable, Sendable {
    /// A name or path of rows with classes.
    public var data: String
    /// Rows that tell how good it is; nil: a tenth of the data, which it does not learn.
    public var heldOut: String?
    public var steps: Int
    public var seed: UInt64
    public var output: String

    public init(data: String, heldOut: String? = nil, steps: Int? = nil, seed: UInt64? = nil, output: String) {
        (self.data, self.heldOut, self.output) = (data, heldOut, output)
        (self.steps, self.seed) = (steps ?? Self.defaultSteps, seed ?? 1)
    }

    /// Three epochs of 60,000 rows.
    public static let defaultSteps = 1500
    private static let heldOutShare = 0.1

    /// Rows with classes, and how they become what a classifier works on.
    private struct Lesson {
        let rows: DataSource
        let heldOut: DataSource
        let preparation: DataPreparation
        let prepared: RowPreparation
        let classifier: Classifier
        let digest: String
    }

    /// Collective. The same file on any number of ranks.
    /// - Returns: lines for the person at the terminal.
    /// - Throws: `.data` for rows without classes, `.missingInput`, `.inputOutput`, `.numerical`.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        try OutputPath.check([output], communicator)
        let lesson = try lesson(communicator)
        let trained = try ClassifierTraining(steps: steps, seed: seed).train(
            lesson.classifier, on: lesson.rows, lesson.preparation, communicator)
        guard let heldOut = lesson.heldOut.dataset else { preconditionFailure("held-out rows are rows") }
        let read = try trained.read(lesson.prepared.rows(of: heldOut), communicator)
        let accuracy = read.accuracy(lesson.classifier.classes(of: heldOut) ?? [])
        let record = FeaturesFile.Record(
            data: lesson.rows.name, digest: lesson.digest, rows: lesson.rows.dataset?.count ?? 0, heldOut: heldOut.name,
            heldOutRows: heldOut.count, heldOutAccuracy: accuracy, steps: steps, seed: seed, program: BuildInformation.version)
        let file = FeaturesFile(trained, lesson.prepared, record)
        try communicator.onRoot { try AtomicFile.write(try file.bytes, to: output) }
        return """
            a classifier of \(lesson.classifier.labels.count) classes, \(steps) steps of \(ClassifierTraining.rowsPerStep) of \(record.rows) rows of \(record.data)
            \(String(format: "%.2f", 100 * accuracy)) % of \(heldOut.count) held-out rows of \(heldOut.name) are of the class that it finds
            \(trained.classifier.network.featureCount) features a row: surrogates, distances on them are not comparable with published ones
            \(output)
            """
    }

    /// Collective. The rows, read by rank 0.
    private func lesson(_ communicator: any Communicator) throws(Failure) -> Lesson {
        var configuration = RunConfiguration()
        (configuration.data.source, configuration.condition.kind) = (data, .label)
        if !DataSource.builtInNames.contains(data) { configuration.data.labelColumn = .last }
        let whole = try configuration.sharedSource(communicator)
        let (rows, rest) = try communicator.agree { () throws -> (DataSource, DataSource?) in
            guard let dataset = whole.dataset, let labels = dataset.labels, Set(labels).count >= 2 else {
                throw Failure(
                    .data,
                    "features: --data \(data): expected rows of two classes or more: digits, IDX images with the file of their labels beside them, CIFAR-10 "
                        + "records, or a table whose last column is the class; found rows without classes, or all of one")
            }
            guard heldOut == nil else { return (whole, nil) }
            let parts = try dataset.holdingOut(Self.heldOutShare)
            return (.dataset(parts.rest), .dataset(parts.heldOut))
        }
        var preparation = DataPreparation()
        preparation.standardize = whole.dataset?.levels == nil && whole.shape.isVector
        let stream = try communicator.agree { [preparation] in
            try DataStream(source: rows, preparation: preparation, seed: seed, shards: 1, rowsPerShard: 1)
        }
        let prepared = RowPreparation(of: stream, hasClasses: true)
        let given = try heldOut.map { (path) throws(Failure) in
            let source = try configuration.sharedSource(of: path, like: prepared, communicator)
            return try communicator.agree { try prepared.conform(source, "--held-out \(path)") }
        }
        return try communicator.agree {
            let classifier = try Classifier(for: prepared.shape, labels: prepared.classes ?? [])
            guard let heldOut = rest ?? given, let dataset = heldOut.dataset, classifier.classes(of: dataset) != nil else {
                throw Failure(
                    .data, "features: --held-out \(heldOut ?? ""): expected rows of the classes \(classifier.labels), found others")
            }
            return Lesson(
                rows: rows, heldOut: heldOut, preparation: preparation, prepared: prepared, classifier: classifier,
                digest: configuration.digest(of: rows))
        }
    }
}

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

/// A classifier on whose features samples are compared, in a file of its own: its parameters and, in the metadata, its network, how rows become what it
/// works on, and how it came about.
///
/// Its features are **surrogates**: distances on them are not comparable with published ones, whose features come from a network trained on ImageNet.
package struct FeaturesFile: Sendable {
    /// How the classifier came about.
    package struct Record: Codable, Hashable, Sendable {
        /// The rows that were learned, with their digest.
        package var data: String
        package var digest: String
        package var rows: Int
        /// Rows that were not, and the share of them whose class it finds.
        package var heldOut: String
        package var heldOutRows: Int
        package var heldOutAccuracy: Double
        package var steps: Int
        package var seed: UInt64
        /// What trained it.
        package var program: String

        package init(
            data: String, digest: String, rows: Int, heldOut: String, heldOutRows: Int, heldOutAccuracy: Double, steps: Int, seed: UInt64,
            program: String
        ) {
            (self.data, self.digest, self.rows) = (data, digest, rows)
            (self.heldOut, self.heldOutRows, self.heldOutAccuracy) = (heldOut, heldOutRows, heldOutAccuracy)
            (self.steps, self.seed, self.program) = (steps, seed, program)
        }
    }

    package let classifier: TrainedClassifier
    package let rows: RowPreparation
    package let record: Record

    package init(_ classifier: TrainedClassifier, _ rows: RowPreparation, _ record: Record) {
        (self.classifier, self.rows, self.record) = (classifier, rows, record)
    }

    private static let (networkKey, recordKey) = ("network", "classifier")

    package var bytes: [UInt8] {
        get throws(Failure) {
            let network = classifier.classifier.network
            var metadata = try RowMetadata(rows: rows, condition: nil).metadata
            metadata[Self.networkKey] = try network.description.json()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            do {
                metadata[Self.recordKey] = String(decoding: try encoder.encode(record), as: UTF8.self)
            } catch {
                throw Failure(.software, "the record of a classifier cannot be written: \(error)")
            }
            return Safetensors.encode(ParameterTensors.encode(classifier.parameters, network.layout), metadata: metadata)
        }
    }

    /// Collective. The file at a path, which rank 0 reads.
    /// - Throws: `.missingInput`; `.data` for a file that `features` did not write, `.checkpoint` for a damaged one.
    package static func shared(_ path: String, _ communicator: any Communicator) throws(Failure) -> FeaturesFile {
        let bytes = try communicator.expecting(.storing("reading \(path)")) { () throws(Failure) in
            try communicator.bytesFromRoot { try FileBytes.read(path, limit: sizeLimit) }
        }
        return try communicator.agree { try FeaturesFile(bytes, path: path) }
    }

    private static let sizeLimit = 1 << 30

    /// Metadata may have been edited: everything is checked.
    package init(_ bytes: [UInt8], path: String) throws(Failure) {
        let file = try Safetensors(bytes, name: path)
        let metadata = file.header.metadata
        guard let text = metadata[Self.recordKey] else {
            throw Failure(
                .data, "\(path): expected a classifier that `ebm-dist features` wrote, found a safetensors file of something else")
        }
        guard let record = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)) else {
            throw Self.damage(path, "metadata \"\(Self.recordKey)\": expected how the classifier came about, found '\(text.prefix(80))'")
        }
        guard let rows = try RowMetadata(metadata: metadata, path: path)?.rows, let labels = rows.classes else {
            throw Self.damage(path, "metadata: expected how rows are prepared and their classes, found none")
        }
        let classifier: Classifier
        do throws(Failure) {
            let network = try Network(NetworkDescription(json: metadata[Self.networkKey] ?? ""))
            classifier = try Classifier(network, labels: labels)
        } catch {
            throw Self.damage(path, "metadata \"\(Self.networkKey)\": \(error.message)")
        }
        let network = classifier.network
        guard network.inputShape == rows.shape else {
            throw Self.damage(path, "expected a network for rows of \(rows.shape), found one for \(network.inputShape)")
        }
        guard Workspace.count(network, rows: TrainedClassifier.rowsPerTile) <= MemoryNeed.available / 16 else {
            throw Self.damage(path, "a pass of \(TrainedClassifier.rowsPerTile) rows needs more memory than this machine has")
        }
        let parameters = try ParameterTensors.decode(file, network.layout, path: path)
        guard parameters.isFinite else { throw Self.damage(path, "expected finite parameters, found others") }
        self.init(TrainedClassifier(classifier, parameters: parameters), rows, record)
    }

    private static func damage(_ path: String, _ message: String) -> Failure {
        Failure(.checkpoint, "\(path): \(message): the file is damaged")
    }

    // MARK: rows

    /// - Throws: `.usage` where rows that a model learned are not of the kind that the classifier did.
    package func check(_ other: RowPreparation, _ place: String) throws(Failure) {
        guard rows.shape == other.shape else {
            throw Failure(
                .usage, "\(place): expected a classifier of rows of \(other.shape), which this model has, found one of \(rows.shape)")
        }
        guard rows.levels == other.levels else {
            func words(_ levels: Int?) -> String { levels.map { "\($0) levels" } ?? "real numbers" }
            throw Failure(
                .usage,
                "\(place): expected a classifier of rows of \(words(other.levels)), which this model has learned, found one of \(words(rows.levels))"
            )
        }
    }

    /// Rows of a model as the classifier takes them.
    /// - Parameter preparation: how the model's rows came about.
    package func converted(_ values: Matrix, from preparation: RowPreparation) -> Matrix {
        Matrix(rows: values.rows, columns: values.columns, rows.modelValues(preparation.dataValues(values.values)))
    }
}

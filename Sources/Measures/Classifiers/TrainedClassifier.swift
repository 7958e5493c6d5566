import Distributed
import Failures
import Learning
import Model
import Numerics

/// A classifier with its parameters.
package struct TrainedClassifier: Sendable {
    package let classifier: Classifier
    package let parameters: [Float]
    private let weights: PreparedWeights

    package init(_ classifier: Classifier, parameters: [Float]) {
        (self.classifier, self.parameters) = (classifier, parameters)
        weights = PreparedWeights(classifier.network)
        weights.refresh(from: parameters)
    }

    /// Rows are read in tiles of so many.
    package static let rowsPerTile = 64

    /// Collective. What the classifier makes of some rows; tiles of them are dealt to the ranks.
    /// - Parameter rows: the same on all ranks, rows x values.
    package func read(_ rows: Matrix, _ communicator: any Communicator) throws(Failure) -> ClassifiedRows {
        let (features, classes) = (classifier.network.featureCount, classifier.labels.count)
        let pass = ClassifierPass(classifier, weights, rows: Self.rowsPerTile)
        let parts = try DealtTiles.rows(rows.rows, perTile: Self.rowsPerTile, columns: features + classes, communicator) { part in
            let read = pass.read(rows.rows(part))
            return (0..<part.count).map { row in
                let range = row..<row + 1
                return (read.features.rows(range).values + read.probabilities.rows(range).values).map { Double($0) }
            }
        }
        return ClassifiedRows(
            count: rows.rows, features: parts.flatMap { $0.prefix(features) }, probabilities: parts.map { Array($0.suffix(classes)) })
    }
}

/// What a classifier makes of some rows.
package struct ClassifiedRows: Sendable {
    package let count: Int
    /// rows x features, row by row.
    package let features: [Double]
    /// p(k|x) of each row.
    package let probabilities: [[Double]]

    package init(count: Int, features: [Double], probabilities: [[Double]]) {
        (self.count, self.features, self.probabilities) = (count, features, probabilities)
    }

    /// The most probable class of each row, the first of equal ones.
    package var classes: [Int] {
        probabilities.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
    }

    /// The share of rows whose class it is.
    package func accuracy(_ classes: [Int]) -> Double {
        precondition(classes.count == count && count > 0, "a class for each of \(count) rows")
        return Double(zip(self.classes, classes).count { $0 == $1 }) / Double(count)
    }
}

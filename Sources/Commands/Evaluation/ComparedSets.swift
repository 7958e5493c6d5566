import Distributed
import Failures
import Measures
import Numerics
import Training

/// Samples, and the rows of data that they are compared with: what measures of two sets of rows work on.
struct ComparedSets {
    /// The finite ones.
    let samples: Matrix
    let notFinite: Int
    /// The data: rows of them.
    let reference: Matrix
    let data: String
    /// As many rows of the training data as there are samples, none of them among the reference: what a perfect model would have. Fewer where the data
    /// have fewer; nil where they are too few to be measured.
    let floor: Matrix?

    /// Rows that samples are compared with, at most; every measure of pairs takes them squared.
    private static let rowLimit = 5000
    /// Fewer have no third neighbour.
    private static let leastRows = 5

    /// - Throws: `.numerical` where hardly any samples are finite, `.data` for data of which there is too little.
    init(_ drawn: MeasuredModel.Drawn, training: EvaluationRows, other: EvaluationRows?) throws(Failure) {
        let (finite, left) = try drawn.finite(atLeast: Self.leastRows)
        // Other data are used whole: the rows of the floor are not among them.
        let isSame = other.map { $0.digest == training.digest } ?? true
        let data = other ?? training
        let count = min(Self.rowLimit, data.available - (isSame ? min(finite.rows, data.available / 2) : 0))
        guard count >= Self.leastRows else {
            throw Failure(
                .data, "\(data.name): expected at least \(2 * Self.leastRows) rows of data to compare samples with, found \(data.available)"
            )
        }
        (samples, notFinite) = (finite, left)
        (reference, self.data) = (data.read(0..<count), data.name)
        let first = isSame ? count : 0
        let held = first..<min(training.available, first + finite.rows)
        floor = held.count < Self.leastRows ? nil : training.read(held)
    }
}

/// What a classifier makes of samples, and of the rows that they are compared with.
struct ComparedFeatures {
    let file: FeaturesFile
    let samples: ClassifiedRows
    let reference: ClassifiedRows
    let floor: ClassifiedRows?
}

import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Measures
import Numerics

/// Rows of a file as a trained model works on them, without any chance; no more of them stand in memory than are read at a time, and what the file's format needs.
package struct GivenRows: Sendable {
    private let preparation: RowPreparation
    private let dataset: Dataset
    /// Whether training spreads what is no number too.
    private let spreadsValues: Bool
    /// Coordinates that keep the finitely many values that they have.
    private let sites: [Int]
    /// The same noise in every run.
    private static let seed: UInt64 = 1

    fileprivate init(_ preparation: RowPreparation, _ dataset: Dataset, spreadsValues: Bool, keeping sites: [Int]) {
        (self.preparation, self.dataset, self.spreadsValues, self.sites) = (preparation, dataset, spreadsValues, sites)
    }

    package var count: Int { dataset.count }

    /// The class of each; nil where they have none.
    var labels: [Int32]? { dataset.labels }

    /// What belongs to each; nil where there is no such.
    var images: Dataset? { dataset.partner }

    /// In the middle of the cells over which training spreads values, rows x values.
    package func read(_ range: Range<Int>) -> Matrix { preparation.rows(of: dataset, range) }

    /// All of them spread over these cells as training rows are, to be compared with such: rows x values.
    package func spread() -> Matrix {
        let stream = RandomStream(seed: Self.seed, purpose: .dequantisation, step: 0, index: 0)
        return preparation.rows(of: dataset, spreadBy: stream, spreadsValues: spreadsValues, keeping: sites)
    }
}

// Rows that are given to a trained model: read as the training data are, and prepared as these were.
extension TrainedModel {
    /// Collective. How rows that a user gives, and samples, relate to the model's values.
    ///
    /// Checkpoints of earlier versions do not say it: floats are taken as they stand then; levels and what was standardised need the training data.
    package func preparation(_ communicator: any Communicator) throws(Failure) -> RowPreparation {
        if let rowMetadata { return rowMetadata.rows }
        guard configuration.data.standardize else { return RowPreparation(shape: shape) }
        return try learned(communicator).rows
    }

    /// Collective. The rows of a file; they become what the model works on when they are read.
    /// - Parameters:
    ///   - images: the path of their condition, where that is an image.
    ///   - needsClasses: whether rows of a model that knows classes have to have such.
    ///   - option: of the command line, which gave them.
    package func givenRows(
        _ path: String, images: String? = nil, needsClasses: Bool = true, option: String, _ communicator: any Communicator
    ) throws(Failure) -> GivenRows {
        var preparation = try preparation(communicator)
        let source = try configuration.sharedSource(
            of: path, images: images, like: preparation, needsClasses: needsClasses, communicator)
        if rowMetadata == nil, source.dataset?.levels != nil { preparation = try learned(communicator).rows }
        return try communicator.agree { () throws -> GivenRows in
            let place = "\(option) \(path)"
            let conforming = try preparation.conform(source, place)
            guard let rows = conforming.dataset else {
                throw Failure(.data, "\(place): expected rows, found a density of the plane, which has any number of them")
            }
            readingNotes.add(conforming.notes)
            try configuration.checkSites(of: conforming, as: preparation, place) { _, _ in true }
            // Levels that were given as real numbers lie on the model's scale already.
            return GivenRows(
                preparation, rows, spreadsValues: try configuration.preparation(of: conforming).dequantize,
                keeping: configuration.space(of: preparation)?.siteCoordinates ?? [])
        }
    }

    // MARK: data sets

    /// The rows of data that training saw; nil where these are other data.
    package func trainingRows(of source: DataSource) -> DataSource? { split(source)?.training }

    /// The rows of data that training saw, and those that it did not; nil where these are other data.
    private func split(_ source: DataSource) -> SplitRows? {
        // Data of which nothing can be held out are others.
        guard let parts = try? configuration.split(source) else { return nil }
        let isTrained =
            configuration.digest(of: parts.training) == manifest.data
            || rowMetadata == nil && configuration.digest(of: parts.training, former: true) == manifest.data
        return isTrained ? parts : nil
    }

    /// Collective. The data that the run was trained on.
    private func source(_ communicator: any Communicator) throws(Failure) -> DataSource { try sources(communicator).training }

    /// Collective. The data that the run was trained on, and what it held out of them.
    private func sources(_ communicator: any Communicator) throws(Failure) -> SplitRows {
        let folder = AtomicFile.folder(of: AtomicFile.folder(of: path))
        let whole = try configuration.sharedSource(
            communicator, earlier: communicator.rank == 0 ? RunFolder(folder).earlierStarts : .none,
            hint: " The run was trained on these data. Where they are elsewhere now, evaluate and sample take them by --data; "
                + "for good: ebm-dist train --out \(folder) data.source=PATH, beside the run's other keys. Their digest is compared.")
        return try communicator.agree {
            guard let parts = split(whole) else {
                throw Failure(.checkpoint, "\(path): the model was trained on other data than \(whole.name) holds now")
            }
            return parts.taken(as: rowMetadata?.rows)
        }
    }

    /// Collective. What checkpoints of earlier versions do not say, from the training data.
    private func learned(_ communicator: any Communicator) throws(Failure) -> RowMetadata {
        if let rowMetadata { return rowMetadata }
        let training = try source(communicator)
        return try communicator.agree { try configuration.rowMetadata(training) }
    }

    /// Collective. Rows of the training data in the fixed order of evaluations, and of other data where they are given. Given data that are the training
    /// data, by their digest, stand for these: they may have moved.
    /// - Parameter images: those that belong to the given rows, for a model with such a condition; nil: none.
    package func evaluationRows(
        _ data: String?, images: String? = nil, _ communicator: any Communicator
    ) throws(Failure) -> (training: EvaluationRows, other: EvaluationRows?) {
        guard let data else {
            let training = try source(communicator)
            return (try communicator.agree { try EvaluationRows(training, configuration) }, nil)
        }
        if let rowMetadata {
            let given = try conforming(data, images: images, to: rowMetadata, option: "--data", communicator)
            let own = trainingRows(of: given)
            let training = if let own { own } else { try source(communicator) }
            return try communicator.agree {
                (try EvaluationRows(training, configuration), try EvaluationRows(own ?? given, configuration, as: rowMetadata.rows))
            }
        }
        let training = try source(communicator)
        let learned = try communicator.agree { try configuration.rowMetadata(training) }
        let given = try conforming(data, images: images, to: learned, option: "--data", communicator)
        return try communicator.agree {
            (try EvaluationRows(training, configuration), try EvaluationRows(given, configuration, as: learned.rows))
        }
    }

    /// Collective. Rows of the training data in the fixed order of evaluations, and those that the run held out of them.
    package func ownRows(_ communicator: any Communicator) throws(Failure) -> (training: EvaluationRows, heldOut: EvaluationRows?) {
        let rows = try sources(communicator)
        let (training, heldOut) = (rows.training, rows.heldOut)
        let metadata = if let rowMetadata { rowMetadata } else { try communicator.agree { try configuration.rowMetadata(training) } }
        return try communicator.agree {
            (
                try EvaluationRows(training, configuration),
                try heldOut.map { (rows) throws(Failure) in try EvaluationRows(rows, configuration, as: metadata.rows) }
            )
        }
    }

    /// Collective. Rows of the file that the run held for them (`data.validation`); nil where it named none.
    package func heldOutFile(_ communicator: any Communicator) throws(Failure) -> EvaluationRows? {
        let learned = try learned(communicator).rows
        guard let rows = try configuration.heldOutFile(like: learned, communicator) else { return nil }
        return try communicator.agree { try EvaluationRows(rows, configuration, as: learned) }
    }

    /// Collective. The rows that the run looked at in no way (`data.test`, `data.split`), in the fixed order of evaluations; nil where there are none.
    package func testRows(_ communicator: any Communicator) throws(Failure) -> EvaluationRows? {
        guard configuration.data.test != nil || configuration.data.split != nil else { return nil }
        return try part(\.test, communicator)
    }

    /// Collective. The rows that `data.rows` did not choose, in the fixed order of evaluations; nil where there are none.
    package func otherRows(_ communicator: any Communicator) throws(Failure) -> EvaluationRows? { try part(\.rest, communicator) }

    /// Collective. A part of the run's data that it did not train on.
    private func part(_ part: KeyPath<SplitRows, DataSource?>, _ communicator: any Communicator) throws(Failure) -> EvaluationRows? {
        guard let rows = try sources(communicator)[keyPath: part] else { return nil }
        let learned = try learned(communicator).rows
        return try communicator.agree { try EvaluationRows(rows, configuration, as: learned) }
    }

    /// Collective. The rows that the run did not train on (`data.validation`), in the fixed order of evaluations; nil where it trained on all.
    package func heldOutRows(_ communicator: any Communicator) throws(Failure) -> EvaluationRows? {
        guard configuration.data.validation != nil || configuration.data.split != nil else { return nil }
        if let ofFile = try heldOutFile(communicator) { return ofFile }
        return try ownRows(communicator).heldOut
    }

    /// Collective. Rows of other data by themselves.
    /// - Parameter option: of the command line, which gave them.
    package func evaluationRows(of data: String, option: String, _ communicator: any Communicator) throws(Failure) -> EvaluationRows {
        let learned = try learned(communicator)
        let given = try conforming(data, images: nil, to: learned, option: option, communicator)
        return try communicator.agree { try EvaluationRows(given, configuration, as: learned.rows) }
    }

    /// Collective. Other data as those that were learned.
    private func conforming(
        _ data: String, images: String?, to learned: RowMetadata, option: String, _ communicator: any Communicator
    ) throws(Failure) -> DataSource {
        let source = try configuration.sharedSource(of: data, images: images, like: learned.rows, communicator)
        return try communicator.agree { () throws -> DataSource in
            let conforming = try learned.rows.conform(source, "\(option) \(data)")
            try configuration.checkSites(of: conforming, as: learned.rows, "\(option) \(data)") { _, _ in true }
            var paired = conforming
            if let dataset = conforming.dataset, let partner = dataset.partner, let condition = learned.condition {
                paired = .dataset(try dataset.paired(with: condition.conform(partner, "--condition \(partner.name)")))
            }
            readingNotes.add(paired.notes)
            return paired
        }
    }
}

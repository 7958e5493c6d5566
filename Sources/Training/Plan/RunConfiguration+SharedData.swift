import Configuration
import Datasets
import Distributed
import Failures
import Measures

/// Rows that rank 0 reads for all.
extension RunConfiguration {
    /// Collective. Rank 0 loads the data of the `data` group, everyone gets them.
    /// - Parameters:
    ///   - loaded: the same data where rank 0 has them already.
    ///   - earlier: what is known of the run; asked of rank 0.
    ///   - hint: what is said beside that they are not there.
    package func sharedSource(
        _ communicator: any Communicator, loaded: DataSource? = nil, earlier: EarlierStarts = .none, hint: String = ""
    ) throws(Failure) -> DataSource {
        let options = try communicator.agree { try ownOptions() }
        return try share(data.source, options, communicator) {
            if let loaded { return loaded }
            do throws(Failure) {
                return try loadedSource(earlier)
            } catch {
                throw error.kind == .missingInput ? Failure(.missingInput, error.message + hint) : error
            }
        }
    }

    /// Collective. Other rows, read by the names of the columns that a model has learned.
    /// - Parameters:
    ///   - images: those that belong to them, for a model with such a condition.
    ///   - preparation: of the model's rows.
    ///   - measured: what earlier starts have found of its files; asked of rank 0.
    ///   - completing: whether what is not there is to be found.
    ///   - needsClasses: whether rows of a model that knows classes have to have such.
    package func sharedSource(
        of path: String, images: String? = nil, like preparation: RowPreparation, measured: [MeasuredFile] = [], completing: Bool = false,
        needsClasses: Bool = true, _ communicator: any Communicator
    ) throws(Failure) -> DataSource {
        try share(path, plainOptions, communicator) {
            try loadedSource(
                of: path, images: images, like: preparation, measured: measured, completing: completing, needsClasses: needsClasses)
        }
    }

    /// Collective. Images that are a model's condition, by themselves: read as `condition.source` is.
    package func sharedSource(ofImages path: String, _ communicator: any Communicator) throws(Failure) -> DataSource {
        try share(path, plainOptions, communicator) { try loadedSource(ofImages: path) }
    }

    /// How rows of a source, and the images of their condition, become what the networks work on.
    package func rowMetadata(_ source: DataSource) throws(Failure) -> RowMetadata {
        let stream = try dataStream(source, seed: run.seed)
        return RowMetadata(
            rows: RowPreparation(of: stream, hasClasses: condition.kind == .label),
            condition: source.dataset?.partner.map { RowPreparation(ofPartners: $0, stream.preparation) })
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Measures

/// Rows of a run that it does not train on.
extension RunConfiguration {
    /// The rows of the data that are trained on, and those that `data.validation` takes out of them: the same on any number of ranks, and for every seed.
    /// - Throws: `.configuration` for a density, `.data` for too few rows.
    package func split(_ source: DataSource) throws(Failure) -> (training: DataSource, heldOut: DataSource?) {
        guard case .share(let share)? = data.validation else { return (source, nil) }
        guard let dataset = source.dataset else {
            throw Failure(
                .configuration,
                "data.validation = \(share): \(source.name) gives fresh rows in every step, of which none can be held out; expected null")
        }
        let (rest, heldOut) = try dataset.holdingOut(share)
        return (.dataset(rest), .dataset(heldOut))
    }

    /// Collective. Rows of a file of their own that `data.validation` names, as those that were learned; nil where it names none.
    /// - Throws: `.data` for rows that do not conform.
    func heldOutFile(like learned: RowPreparation, _ communicator: any Communicator) throws(Failure) -> DataSource? {
        guard case .path(let path)? = data.validation else { return nil }
        let source = try sharedSource(of: path, like: learned, communicator)
        return try communicator.agree {
            let rows = try learned.conform(source, "data.validation \(path)")
            guard let count = rows.dataset?.count, count >= 2 else {
                throw Failure(.data, "data.validation \(path): expected at least two rows of data")
            }
            return rows
        }
    }
}

extension RunPlan {
    /// The held-out rows in the fixed order of evaluations; nil where there are none.
    func heldOutRows() throws(Failure) -> EvaluationRows? {
        guard let heldOut else { return nil }
        let rows = try EvaluationRows(heldOut, configuration, as: rowMetadata.rows)
        if let condition = try configuration.rowCondition(for: source) { try rows.check(condition) }
        return rows
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures

/// The rows of a source by what they are for.
package struct SplitRows {
    package fileprivate(set) var training: DataSource
    /// Looked at in training, to tell when it learns by heart.
    package fileprivate(set) var heldOut: DataSource?
    /// Not looked at in training.
    package fileprivate(set) var test: DataSource?
    /// Those that `data.rows` does not choose.
    package fileprivate(set) var rest: DataSource?

    /// Every part with its columns taken as a model has learned them.
    /// - Parameter learned: nil for a model that does not say how.
    func taken(as learned: RowPreparation?) -> SplitRows {
        func taken(_ source: DataSource) -> DataSource {
            source.dataset.map { rows in .dataset(learned.map { rows.taken(as: $0) } ?? rows.takenWithoutWhole) } ?? source
        }
        return SplitRows(training: taken(training), heldOut: heldOut.map(taken), test: test.map(taken), rest: rest.map(taken))
    }
}

/// Rows of a run that it does not train on.
extension RunConfiguration {
    /// What each of the rows is for, as `data.rows`, `data.split`, `data.validation` and `data.test` say: the same on any number of ranks, and for every seed.
    /// - Throws: `.configuration` for a density, `.data` for too few rows.
    package func split(_ source: DataSource) throws(Failure) -> SplitRows {
        let shares: [(key: String, share: Double)] =
            [data.validation?.share.map { ("data.validation", $0) }, data.test.map { ("data.test", $0) }].compactMap { $0 }
        guard let dataset = source.dataset else {
            guard let first = shares.first else { return SplitRows(training: source) }
            throw Failure(
                .configuration,
                "\(first.key) = \(first.share): \(source.name) gives fresh rows in every step, of which none can be held out; expected null"
            )
        }
        guard !shares.isEmpty || dataset.table.parts != nil else { return SplitRows(training: source) }
        guard let chosen = try dataset.rows(for: .training) else {
            throw Failure(.data, "\(source.name): expected rows to train on, found none that data.rows and data.split choose")
        }
        var split = SplitRows(training: .dataset(chosen))
        split.heldOut = try dataset.rows(for: .validation).map { .dataset($0) }
        split.test = try dataset.rows(for: .test).map { .dataset($0) }
        split.rest = try dataset.rows(for: .rest).map { .dataset($0) }
        guard !shares.isEmpty else { return split }
        let (rest, heldOut) = try chosen.holdingOut(shares.map(\.share))
        split.training = .dataset(rest)
        if data.test != nil { split.test = heldOut.last.map { .dataset($0) } }
        if data.validation?.share != nil { split.heldOut = .dataset(heldOut[0]) }
        return split
    }

    /// Collective. Rows of a file of their own that `data.validation` names, as those that were learned; nil where it names none.
    /// - Throws: `.data` for rows that do not conform.
    func heldOutFile(
        like learned: RowPreparation, measured: [MeasuredFile] = [], _ communicator: any Communicator
    ) throws(Failure) -> DataSource? {
        guard case .path(let path)? = data.validation else { return nil }
        let source = try sharedSource(of: path, like: learned, measured: measured, communicator)
        return try communicator.agree {
            let rows = try learned.conform(source, "data.validation \(path)")
            guard let count = rows.dataset?.count, count >= 2 else {
                throw Failure(.data, "data.validation \(path): expected at least two rows of data")
            }
            try checkSites(of: rows, as: learned, "data.validation \(path)") { _, _ in true }
            return rows
        }
    }
}

extension RunPlan {
    /// Whether evaluations have the objective's loss of held-out rows.
    var measuresHeldOutLoss: Bool { configuration.evaluate.every > 0 && heldOut != nil && objective is any RowLoss }

    /// The held-out rows in the fixed order of evaluations; nil where there are none.
    func heldOutRows() throws(Failure) -> EvaluationRows? {
        guard let heldOut else { return nil }
        let rows = try EvaluationRows(heldOut, configuration, as: rowMetadata.rows)
        if let condition = try configuration.rowCondition(for: source) { try rows.check(condition) }
        return rows
    }
}

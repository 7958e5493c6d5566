import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Model
import Numerics

/// Rows of a table in which cells, or whole columns, are to be found by chains that keep the others.
package struct TableCompletion: Sendable {
    private let rows: HeldValues
    /// The table's cells, NaN where something is to be found.
    private let given: [Double]
    private let preparation: RowPreparation
    /// Samples of each row.
    private let perRow: Int
    /// Samples of all rows.
    package let count: Int

    fileprivate init(_ dataset: Dataset, given: [Double], open: [Bool], _ preparation: RowPreparation, perRow: Int) {
        let values = preparation.rows(of: dataset)
        rows = HeldValues(values: values, marks: Matrix(rows: values.rows, columns: values.columns, open.map { $0 ? 0 : 1 }))
        (self.given, self.preparation, self.perRow) = (given, preparation, perRow)
        count = dataset.count * perRow
    }

    /// Cells that are to be found in a row, of all rows together.
    package var openCells: Int { given.count { $0.isNaN } }

    /// Of some samples, those of a row standing one after the other.
    func held(_ samples: Range<Int>) -> HeldValues { rows.rows(samples.map { $0 / perRow }) }

    /// Cells of samples: what was given as it stands in the table, and what was found.
    /// - Parameter range: which of all samples they are.
    package func cells(of samples: Matrix, _ range: Range<Int>) -> [Double] {
        let found = preparation.dataValues(samples.values, completing: true)
        let width = preparation.dataWidth
        return found.indices.map { index in
            let own = given[(range.lowerBound + index / width) / perRow * width + index % width]
            return own.isNaN ? found[index] : own
        }
    }
}

extension TrainedModel {
    /// What the coordinates of a row are in which something is in every column; nil where all are learned as real numbers.
    var spaceWithoutGaps: RowSpace? { space?.withoutGaps }

    /// Collective. The rows of a table in which something is to be found: empty cells, and columns of the model that it has not.
    /// - Parameter perRow: how often each is completed.
    /// - Throws: `.usage` for a model of other rows than a table's, or that knows more than rows; `.data` for a table with another column, with a word that the
    ///   learned rows have not, or in which nothing is to be found.
    package func completion(of path: String, perRow: Int, _ communicator: any Communicator) throws(Failure) -> TableCompletion {
        let (preparation, place) = (try preparation(communicator), "--complete \(path)")
        try communicator.agree {
            guard preparation.shape.isVector, declaration.energy == .ofRows, rowCondition == nil else {
                throw Failure(
                    .usage, "\(place): expected a model whose energy is one of a table's rows alone, found \(rowsInWords(preparation))")
            }
        }
        let source = try configuration.sharedSource(of: path, like: preparation, completing: true, communicator)
        return try communicator.agree { () throws -> TableCompletion in
            guard let dataset = try preparation.conform(source, place).dataset, let given = dataset.table.given,
                let columns = dataset.table.columns
            else { throw Failure(.data, "\(place): expected a table, rows of \(preparation.dataWidth) values, found another file") }
            readingNotes.add(dataset.notes)
            guard given.contains(where: \.isNaN) else {
                throw Failure(
                    .data,
                    "\(place): expected empty cells, or a table without some of the model's columns (\(columns.names.joined(separator: ", "))), found "
                        + "\(dataset.count) rows in which nothing is missing")
            }
            let (open, width) = (columns.areOpen(given), preparation.shape.count)
            try configuration.checkSites(of: .dataset(dataset), as: preparation, place) { row, coordinates in
                coordinates.allSatisfy { !open[row * width + $0] }
            }
            return TableCompletion(dataset, given: given, open: open, preparation, perRow: perRow)
        }
    }

    private func rowsInWords(_ preparation: RowPreparation) -> String {
        if rowCondition != nil { return "one with condition.kind = \"\(configuration.condition.kind.rawValue)\"" }
        return preparation.shape.isVector
            ? "objective.kind = \"\(configuration.objective.kind.rawValue)\"" : "one of images of \(preparation.shape)"
    }
}

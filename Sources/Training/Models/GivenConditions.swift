import Datasets
import Distributed
import Failures
import Learning
import Numerics

/// What an energy knows beside rows that a user gives: a class for all or that of each row, or an image of each.
package struct GivenConditions {
    let condition: Condition
    let labels: [Int32]?
    /// A class for all rows.
    let label: Int?
    /// Images that were made to conform, and how they become what the networks work on.
    let images: (preparation: RowPreparation, rows: Dataset)?

    /// Of some of the rows, rows x `Condition.count`.
    package func values(_ range: Range<Int>) -> Matrix {
        TileCondition(condition, of: GivenTile(conditions: self, range: range), count: range.count).values
    }

    private struct GivenTile: ConditionSource {
        let conditions: GivenConditions
        let range: Range<Int>

        var classes: [Int]? {
            if let label = conditions.label { return range.map { _ in label } }
            return conditions.labels.map { labels in range.map { Int(labels[$0]) } }
        }

        /// Visible parts of rows are drawn at random in training: no row has one of its own.
        var values: Matrix? { nil }
        var places: RandomStream { RandomStream(seed: 0, purpose: .mask, step: 0, index: 0) }

        func fillPartners(_ partners: Matrix) -> Bool {
            guard let images = conditions.images else { return false }
            partners.copy(from: images.preparation.rows(of: images.rows, range))
            return true
        }
    }
}

extension TrainedModel {
    /// The conditions of rows that were read; nil for an energy of rows alone.
    /// - Parameters:
    ///   - label: a class for all rows; nil: those that stand beside them.
    ///   - place: where the rows came from, for messages.
    /// - Throws: `.usage` for options that do not fit the model, and `.data` for rows that lack what it knows beside them.
    package func conditions(of rows: GivenRows, label: Int?, place: String) throws(Failure) -> GivenConditions? {
        try checkTakesLabel(label)
        var images: (RowPreparation, Dataset)?
        switch rowCondition {
        case nil: return nil
        case .visible?:
            throw Failure(
                .usage,
                "\(place): not available for an energy of rows beside their visible part (condition.kind = \"mask\"), which rows that are given do not have"
            )
        case .label(let classes, _, _)?:
            if label == nil {
                guard let labels = rows.labels, let least = labels.min(), let most = labels.max() else {
                    throw Failure(
                        .data, "\(place): expected rows with classes, the condition of this model, found none. --label gives all rows one.")
                }
                guard least >= 0, most < classes else {
                    throw Failure(.data, "\(place): expected classes from 0 to \(classes - 1), as in training, found \(least) to \(most)")
                }
            }
        case .image(let shape)?:
            guard let found = rows.images else {
                throw Failure(
                    .usage,
                    "\(place): expected --condition PATH beside it, the images of the shape \(shape) that this model knows beside its rows")
            }
            let preparation = rowMetadata?.condition ?? RowPreparation(shape: shape)
            images = (preparation, try preparation.conform(found, "--condition \(found.name)"))
        }
        return rowCondition.map { GivenConditions(condition: $0, labels: label == nil ? rows.labels : nil, label: label, images: images) }
    }
}

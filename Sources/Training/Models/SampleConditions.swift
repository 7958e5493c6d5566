import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Learning
import Measures
import Model
import Numerics

/// What the networks know beside the samples that a command draws.
package struct SampleConditions: Sendable {
    package let condition: Condition
    /// The class of all samples; nil: all classes in turns.
    let label: Int?
    /// The classes that had rows in training.
    let classes: [Int]
    /// Samples in turn that have one class.
    let columns: Int
    /// The rows that the condition is about, as many as samples; nil for classes.
    package let rows: Rows?
    let seed: UInt64

    /// Rows of data that a condition is about.
    package struct Rows: Sendable {
        /// What is to be found; nil where images were given without it.
        package let truth: Matrix?
        /// The images that are given; nil where parts of the truth are.
        package let images: Matrix?

        package init(truth: Matrix?, images: Matrix?) { (self.truth, self.images) = (truth, images) }
    }

    package init(condition: Condition, label: Int?, classes: [Int], columns: Int, rows: Rows?, seed: UInt64) {
        (self.condition, self.label, self.classes, self.columns) = (condition, label, classes, columns)
        (self.rows, self.seed) = (rows, seed)
    }

    /// Of some samples, which share a place of hidden pixels.
    package func tile(_ tile: Int, rows: Range<Int>) -> TileCondition {
        TileCondition(condition, of: SampleTile(conditions: self, range: rows, tile: tile), count: rows.count)
    }

    /// That of the first sample, for chains that are to have one law.
    package func first(repeated count: Int) -> TileCondition {
        let (one, all) = (tile(0, rows: 0..<1).values, Matrix(rows: count, columns: condition.count))
        for row in 0..<count { all.rows(row..<row + 1).copy(from: one) }
        return TileCondition(condition, all)
    }

    /// Of so many samples, by tiles of `size`: count x `Condition.count`.
    package func values(count: Int, rowsPerTile size: Int) -> Matrix {
        let all = Matrix(rows: count, columns: condition.count)
        for tile in 0..<(count + size - 1) / size {
            let rows = tile * size..<min(count, (tile + 1) * size)
            all.rows(rows).copy(from: self.tile(tile, rows: rows).values)
        }
        return all
    }
}

/// A tile of the samples that a command draws: given rows, or classes.
private struct SampleTile: ConditionSource {
    let conditions: SampleConditions
    let range: Range<Int>
    let tile: Int

    var classes: [Int]? {
        let (classes, columns) = (conditions.classes, conditions.columns)
        return range.map { conditions.label ?? classes[$0 / columns % classes.count] }
    }

    var values: Matrix? { conditions.rows?.truth?.rows(range) }

    var places: RandomStream { RandomStream(seed: conditions.seed, purpose: .mask, step: 0, index: tile) }

    func fillPartners(_ partners: Matrix) -> Bool {
        guard let images = conditions.rows?.images else { return false }
        partners.copy(from: images.rows(range))
        return true
    }
}

extension TrainedModel {
    /// What the networks knew beside rows in training; nil for nothing.
    package var rowCondition: Condition? {
        configuration.rowCondition(for: shape, energy: networks.energy.network.description.condition)
    }

    /// Collective. The conditions of `count` samples; nil for a model without.
    /// - Parameters:
    ///   - label: a class for all.
    ///   - data: the rows that the condition is about; nil: the run's.
    ///   - images: the path of their condition, where that is an image; with them, `data` may be nil all the same: the truth is not known then.
    /// - Throws: `.usage` for a class that there is not, and for options that have no meaning for this model.
    package func conditions(
        count: Int, label: Int?, data: String?, images: String?, seed: UInt64, _ communicator: any Communicator
    ) throws(Failure) -> SampleConditions? {
        try communicator.agree {
            try checkTakesLabel(label)
            if let images { try checkTakesImages(images) }
        }
        guard let condition = rowCondition else { return nil }
        let rows = condition.belongsToRows ? try rows(count: count, condition, data: data, images: images, communicator) : nil
        return SampleConditions(
            condition: condition, label: label, classes: condition.classes(known: rowMetadata?.rows.classes),
            columns: configuration.samples.columns, rows: rows, seed: seed)
    }

    /// - Throws: `.usage` for a class, unless it is one that the model knows.
    func checkTakesLabel(_ label: Int?) throws(Failure) {
        guard let label else { return }
        guard case .label(let classes, _, _)? = rowCondition else {
            throw Failure(
                .usage,
                "--label \(label): this model has no classes as its condition (condition.kind = \"\(configuration.condition.kind.rawValue)\")"
            )
        }
        guard label < classes else { throw Failure(.usage, "--label: expected a class from 0 to \(classes - 1), found \(label)") }
        if let known = rowCondition?.classes(known: rowMetadata?.rows.classes), !known.contains(label) {
            throw Failure(
                .usage,
                "--label: class \(label) has no rows in the training data; expected one of \(known.map(String.init).joined(separator: ", "))"
            )
        }
    }

    /// - Throws: `.usage` for images, unless they are the model's condition.
    package func checkTakesImages(_ images: String) throws(Failure) {
        if case .image = rowCondition { return }
        throw Failure(
            .usage,
            "--condition \(images): this model has no images as its condition (condition.kind = \"\(configuration.condition.kind.rawValue)\")"
        )
    }

    /// Collective. The first rows of data and their images.
    private func rows(
        count: Int, _ condition: Condition, data: String?, images: String?, _ communicator: any Communicator
    ) throws(Failure) -> SampleConditions.Rows {
        if data == nil, let images { return try imagesAlone(count: count, condition, images, communicator) }
        let (training, other) = try evaluationRows(data, images: images, communicator)
        let rows = other ?? training
        return try communicator.agree { () throws -> SampleConditions.Rows in
            try rows.check(condition)
            try Self.check(count, available: rows.available, rows.name)
            return SampleConditions.Rows(truth: rows.read(0..<count), images: rows.partners(0..<count))
        }
    }

    /// Collective. Images in the order of their file: what belongs to them is to be found.
    private func imagesAlone(
        count: Int, _ condition: Condition, _ path: String, _ communicator: any Communicator
    ) throws(Failure) -> SampleConditions.Rows {
        guard case .image(let shape) = condition else { preconditionFailure("checked before: a model whose condition is images") }
        // Files of earlier versions say nothing: levels are scaled, and floats taken as they stand.
        let preparation = rowMetadata?.condition ?? RowPreparation(shape: shape)
        let source = try configuration.sharedSource(ofImages: path, communicator)
        return try communicator.agree { () throws -> SampleConditions.Rows in
            guard let dataset = source.dataset else {
                throw Failure(.data, "--condition \(path): expected images, found a density of the plane")
            }
            try Self.check(count, available: dataset.count, path)
            let known = rowMetadata == nil ? dataset : try preparation.conform(dataset, "--condition \(path)")
            readingNotes.add(known.notes)
            guard known.shape == shape else {
                throw Failure(
                    .data, "--condition \(path): expected rows of the shape \(shape), the condition of this model, found \(known.shape)")
            }
            var scale = DataPreparation()
            (scale.low, scale.high) = (Float(configuration.data.low), Float(configuration.data.high))
            let images = Matrix(rows: count, columns: shape.count)
            for row in 0..<count { known.fill(images.rows(row..<row + 1), row: row, scale) }
            return SampleConditions.Rows(truth: nil, images: images)
        }
    }

    private static func check(_ count: Int, available: Int, _ name: String) throws(Failure) {
        guard count <= available else { throw Failure(.usage, "--count \(count): \(name) has \(available) rows to take conditions from") }
    }
}

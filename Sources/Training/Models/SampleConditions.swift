import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Learning
import Measures
import Model
import Numerics

/// What the networks are told about the samples that a command draws.
package struct SampleConditions: Sendable {
    package let condition: RowCondition
    /// The class of all samples; nil: all classes in turns.
    let label: Int?
    /// The classes that had rows in training.
    let classes: [Int]
    /// Samples in turn that have one class.
    let columns: Int
    /// The rows that belong to what is told, as many as samples; nil where classes are told.
    package let rows: Rows?
    let seed: UInt64

    /// Rows of data about which a model is told something.
    package struct Rows: Sendable {
        /// What is to be found; nil where images were given without it.
        package let truth: Matrix?
        /// The images that are told; nil where parts of the truth are.
        let images: Matrix?
    }

    /// The samples that share a place of hidden pixels.
    package func told(_ rows: Range<Int>, tile: Int) -> Matrix {
        let told = Matrix(rows: rows.count, columns: condition.count)
        switch condition {
        case .label:
            for (place, row) in rows.enumerated() { told[place, 0] = Float(label ?? classes[row / columns % classes.count]) }
        case .visible(let mask):
            guard let truth = self.rows?.truth else { preconditionFailure("completions need rows to complete") }
            mask.tell(truth.rows(rows), RandomStream(seed: seed, purpose: .mask, step: 0, index: tile), into: told)
        case .image:
            guard let images = self.rows?.images else { preconditionFailure("a model that is told images needs them") }
            told.copy(from: images.rows(rows))
        }
        return told
    }

    /// What so many samples are told, by tiles of `size`.
    package func told(count: Int, rowsPerTile size: Int) -> Matrix {
        let all = Matrix(rows: count, columns: condition.count)
        for tile in 0..<(count + size - 1) / size {
            let rows = tile * size..<min(count, (tile + 1) * size)
            all.rows(rows).copy(from: told(rows, tile: tile))
        }
        return all
    }
}

extension TrainedModel {
    /// What the networks were told in training; nil for nothing.
    package var rowCondition: RowCondition? {
        configuration.rowCondition(for: shape, toldTo: networks.energy.network.description.condition)
    }

    /// Collective. What `count` samples are told; nil where the networks are told nothing.
    /// - Parameters:
    ///   - label: a class for all.
    ///   - data: the rows about which it is told something; nil: the run's.
    ///   - images: the path of what is told about them, where that is an image; with them, `data` may be nil all the same: the truth is not known then.
    /// - Throws: `.usage` for a class that there is not, and for options that have no meaning for this model.
    package func conditions(
        count: Int, label: Int?, data: String?, images: String?, seed: UInt64, _ communicator: any Communicator
    ) throws(Failure) -> SampleConditions? {
        let condition = rowCondition
        try communicator.agree {
            if case .label(let classes, _) = condition {
                if let label, label >= classes {
                    throw Failure(.usage, "--label: expected a class from 0 to \(classes - 1), found \(label)")
                }
                if let label, let known = condition?.classes(known: rowMetadata?.rows.classes), !known.contains(label) {
                    throw Failure(
                        .usage,
                        "--label: class \(label) has no rows in the training data; expected one of \(known.map(String.init).joined(separator: ", "))"
                    )
                }
            } else if let label {
                throw Failure(
                    .usage,
                    "--label \(label): this model is told no classes (condition.kind = \"\(configuration.condition.kind.rawValue)\")")
            }
        }
        try communicator.agree { if let images { try checkIsToldImages(images) } }
        guard let condition else { return nil }
        let rows = condition.belongsToRows ? try rows(count: count, condition, data: data, images: images, communicator) : nil
        return SampleConditions(
            condition: condition, label: label, classes: condition.classes(known: rowMetadata?.rows.classes),
            columns: configuration.samples.columns, rows: rows, seed: seed)
    }

    /// - Throws: `.usage` for images that the model cannot be told.
    package func checkIsToldImages(_ images: String) throws(Failure) {
        if case .image = rowCondition { return }
        throw Failure(
            .usage, "--condition \(images): this model is told no images (condition.kind = \"\(configuration.condition.kind.rawValue)\")")
    }

    /// Collective. The first rows of data and what is told about them.
    private func rows(
        count: Int, _ condition: RowCondition, data: String?, images: String?, _ communicator: any Communicator
    ) throws(Failure) -> SampleConditions.Rows {
        if data == nil, let images { return try imagesAlone(count: count, condition, images, communicator) }
        let (training, other) = try evaluationRows(data, told: images, communicator)
        let rows = other ?? training
        return try communicator.agree { () throws -> SampleConditions.Rows in
            try rows.check(condition)
            try Self.check(count, available: rows.available, rows.name)
            return SampleConditions.Rows(truth: rows.read(0..<count), images: rows.partners(0..<count))
        }
    }

    /// Collective. Images in the order of their file: what belongs to them is to be found.
    private func imagesAlone(
        count: Int, _ condition: RowCondition, _ path: String, _ communicator: any Communicator
    ) throws(Failure) -> SampleConditions.Rows {
        guard case .image(let shape) = condition else { preconditionFailure("checked before: a model that is told images") }
        // Files of earlier versions say nothing: levels are scaled, and floats taken as they stand.
        let preparation = rowMetadata?.told ?? RowPreparation(shape: shape)
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
                    .data, "--condition \(path): expected rows of the shape \(shape), which this model is told, found \(known.shape)")
            }
            var scale = DataPreparation()
            (scale.low, scale.high) = (Float(configuration.data.low), Float(configuration.data.high))
            let images = Matrix(rows: count, columns: shape.count)
            for row in 0..<count { known.fill(images.rows(row..<row + 1), row: row, scale) }
            return SampleConditions.Rows(truth: nil, images: images)
        }
    }

    private static func check(_ count: Int, available: Int, _ name: String) throws(Failure) {
        guard count <= available else { throw Failure(.usage, "--count \(count): \(name) has \(available) rows to be told about") }
    }
}

import Datasets
import Distributed
import Failures
import Formats
import Model
import Numerics

/// What the networks are told about the samples that a command draws.
struct SampleConditions: Sendable {
    let condition: RowCondition
    /// The class of all samples; nil: all classes in turns.
    let label: Int?
    /// Samples in turn that have one class.
    let columns: Int
    /// Rows whose visible parts are completed, as many as samples; nil where classes are told.
    let given: Matrix?
    let seed: UInt64

    /// The samples that share a place of hidden pixels.
    func told(_ rows: Range<Int>, tile: Int) -> Matrix {
        let told = Matrix(rows: rows.count, columns: condition.count)
        switch condition {
        case .label(let classes, _):
            for (place, row) in rows.enumerated() { told[place, 0] = Float(label ?? row / columns % classes) }
        case .visible(let mask):
            guard let given else { preconditionFailure("completions need rows to complete") }
            mask.tell(given.rows(rows), RandomStream(seed: seed, purpose: .mask, step: 0, index: tile), into: told)
        }
        return told
    }

    /// What so many samples are told, by tiles of `size`.
    func told(count: Int, rowsPerTile size: Int) -> Matrix {
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
    var rowCondition: RowCondition? {
        switch configuration.condition.kind {
        case .none: return nil
        case .mask: return .visible(configuration.mask(for: shape))
        case .label:
            guard let told = networks.energy.network.description.condition, case .labels(let classes, let channels) = told else {
                return nil
            }
            return .label(classes: classes, channels: channels)
        }
    }

    /// Collective. The data that the run was trained on.
    func source(_ communicator: any Communicator) throws(Failure) -> DataSource {
        let source = try configuration.sharedSource(communicator)
        try communicator.agree {
            guard configuration.digest(of: source) == manifest.data else {
                throw Failure(.checkpoint, "\(path): the model was trained on other data than \(source.name) holds now")
            }
        }
        return source
    }

    /// Collective. Rows in the fixed order of evaluations, of the run's data or of others of the same shape.
    /// - Parameter option: of the command line, which gave them.
    func rows(
        _ data: String?, training: DataSource, option: String = "--data", _ communicator: any Communicator
    ) throws(Failure) -> EvaluationRows {
        guard let data else { return try communicator.agree { try EvaluationRows(training, configuration) } }
        var other = configuration
        other.data.source = data
        let source = try other.sharedSource(communicator)
        return try communicator.agree {
            guard source.shape == shape else {
                throw Failure(
                    .data, "\(option) \(data): expected rows of the shape \(shape), which this model has, found \(source.shape)")
            }
            return try EvaluationRows(source, other, trainingSource: training)
        }
    }

    /// Collective. What `count` samples are told; nil where the networks are told nothing.
    /// - Parameters:
    ///   - label: a class for all.
    ///   - data: whose rows are completed; nil: the run's.
    /// - Throws: `.usage` for a class that there is not, and for options that have no meaning for this model.
    func conditions(
        count: Int, label: Int?, data: String?, seed: UInt64, _ communicator: any Communicator
    ) throws(Failure) -> SampleConditions? {
        let condition = rowCondition
        try communicator.agree {
            if case .label(let classes, _) = condition {
                if let label, label >= classes {
                    throw Failure(.usage, "--label: expected a class from 0 to \(classes - 1), found \(label)")
                }
            } else if let label {
                throw Failure(
                    .usage,
                    "--label \(label): this model is told no classes (condition.kind = \"\(configuration.condition.kind.rawValue)\")")
            }
        }
        guard let condition else { return nil }
        var given: Matrix?
        if case .visible = condition {
            let rows = try rows(data, training: source(communicator), communicator)
            given = try communicator.agree { () throws -> Matrix in
                guard count <= rows.available else {
                    throw Failure(.usage, "--count \(count): \(rows.name) has \(rows.available) rows to complete")
                }
                return rows.read(0..<count)
            }
        }
        return SampleConditions(condition: condition, label: label, columns: configuration.samples.columns, given: given, seed: seed)
    }
}

import Datasets
import Failures
import Model
import Numerics

/// What the networks of a run are told about each data row, and about the negative that belongs to it.
package enum RowCondition: Hashable, Sendable {
    /// Its class, as one number from 0 to classes - 1.
    case label(classes: Int, channels: Int)
    /// Its visible part.
    case visible(Mask)
    /// The image (or vector) of this shape that belongs to it: its partner in the data.
    case image(ImageShape)

    /// Numbers told about a row.
    package var count: Int {
        switch self {
        case .label: 1
        case .visible(let mask): mask.shape.height * mask.shape.width * (mask.shape.channels + 1)
        case .image(let shape): shape.count
        }
    }

    /// Whether it is told about rows of data, so that there is a true sample for it.
    package var belongsToRows: Bool { if case .label = self { false } else { true } }

    /// The classes in whose turns samples are drawn: none where no classes are told.
    /// - Parameter known: those that have rows in the training data; nil where that is not known.
    package func classes(known: [Int]?) -> [Int] {
        guard case .label(let count, _) = self else { return [] }
        let present = known?.filter { (0..<count).contains($0) } ?? []
        return present.isEmpty ? Array(0..<count) : present
    }

    /// How an energy or an encoder of rows takes it.
    package var beside: ConditionDescription {
        switch self {
        case .label(let classes, let channels): .labels(classes: classes, channels: channels)
        case .visible(let mask): .planes(mask.shape.channels + 1)
        case .image(let shape): .planes(shape.channels)
        }
    }

    /// How a generator of latent vectors takes it.
    package var besideLatents: ConditionDescription {
        switch self {
        case .label(let classes, let channels): .labels(classes: classes, channels: channels)
        case .visible(let mask):
            .image(ImageShape(height: mask.shape.height, width: mask.shape.width, channels: mask.shape.channels + 1))
        case .image(let shape): .image(shape)
        }
    }

    /// What is told about the data rows of a shard at a step: rows x `count`, overwritten.
    package func tell(_ rows: Matrix, from data: DataStream, seed: UInt64, step: Int, shard: Int, into told: Matrix) {
        switch self {
        case .label:
            guard let labels = data.source.dataset?.labels, let indices = data.rows(step: step, shard: shard) else {
                preconditionFailure("classes were checked when the run was planned")
            }
            for (row, index) in indices.enumerated() { told[row, 0] = Float(labels[index]) }
        case .visible(let mask):
            mask.tell(rows, RandomStream(seed: seed, purpose: .mask, step: step, index: shard), into: told)
        case .image: data.fillPartners(told, step: step, shard: shard)
        }
    }

    /// Zeros in a gradient where samples are told: the visible pixels of an image.
    package func hold(_ told: Matrix, _ gradient: Matrix) {
        if case .visible(let mask) = self { mask.hold(told, gradient) }
    }

    /// Puts what was told into samples: the visible pixels of an image.
    package func paste(_ told: Matrix, into samples: Matrix) {
        if case .visible(let mask) = self { mask.paste(told, into: samples) }
    }
}

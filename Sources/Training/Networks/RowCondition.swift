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
    func classes(known: [Int]?) -> [Int] {
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

extension RunConfiguration {
    /// What the networks of a checkpoint are told about rows of a shape, of which the energy's description knows the numbers; nil for nothing, or where the
    /// energy is told something else.
    func rowCondition(for shape: ImageShape, toldTo energy: ConditionDescription?) -> RowCondition? {
        switch (condition.kind, energy) {
        case (.mask, _): shape.height > 1 && shape.width > 1 ? .visible(mask(for: shape)) : nil
        case (.label, .labels(let classes, let channels)): .label(classes: classes, channels: channels)
        case (.image, .planes(let channels)): .image(ImageShape(height: shape.height, width: shape.width, channels: channels))
        case (.none, _), (.label, _), (.image, _): nil
        }
    }
}

extension RunConfiguration {
    /// What the networks are told about rows of a data source; nil for nothing.
    /// - Throws: `.data` for classes that the data do not have, `.configuration` for masks of what is no image.
    package func rowCondition(for source: DataSource) throws(Failure) -> RowCondition? {
        switch condition.kind {
        case .none: return nil
        case .label:
            guard let labels = source.dataset?.labels, let most = labels.max(), let least = labels.min() else {
                throw Failure(.data, "\(source.name): condition.kind = \"label\" needs rows with classes, found none")
            }
            guard least >= 0, most < Self.mostClasses else {
                throw Failure(
                    .data,
                    "\(source.name): condition.kind = \"label\": expected classes from 0 to \(Self.mostClasses - 1), found \(least) to \(most)"
                )
            }
            return .label(classes: Int(most) + 1, channels: condition.channels)
        case .mask:
            guard source.shape.height > 1, source.shape.width > 1 else {
                throw Failure(
                    .configuration, "configuration: condition.kind = \"mask\" hides pixels of images; found rows of \(source.shape)")
            }
            return .visible(mask(for: source.shape))
        case .image:
            guard let partner = source.dataset?.partner else {
                throw Failure(
                    .configuration,
                    "configuration: condition.kind = \"image\" tells the networks the rows of condition.source; \(source.name) is a density without rows"
                )
            }
            return .image(partner.shape)
        }
    }

    /// The mask of the `condition` group.
    package func mask(for shape: ImageShape) -> Mask {
        let kind: Mask.Kind =
            switch condition.mask {
            case .half: .half
            case .centre: .centre
            case .random: .random
            }
        return Mask(kind, shape: shape)
    }

    private static let mostClasses: Int32 = 10_000
}

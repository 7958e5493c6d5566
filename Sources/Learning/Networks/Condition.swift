import Model
import Numerics

/// What the networks of a run know beside each data row, and beside the negative that belongs to it.
package enum Condition: Hashable, Sendable {
    /// Its class, as one number from 0 to classes - 1.
    /// - Parameter mayLack: whether the networks know rows without a class too, whose number is `classes`.
    case label(classes: Int, channels: Int, mayLack: Bool = false)
    /// Its visible part.
    case visible(Mask)
    /// The image (or vector) of this shape that belongs to it: its partner in the data.
    case image(ImageShape)

    /// Numbers of a row.
    package var count: Int {
        switch self {
        case .label: 1
        case .visible(let mask): mask.shape.height * mask.shape.width * (mask.shape.channels + 1)
        case .image(let shape): shape.count
        }
    }

    /// Whether it belongs to rows of data, so that there is a true sample for it.
    package var belongsToRows: Bool { if case .label = self { false } else { true } }

    /// The number of rows without a class; nil where the networks know none.
    package var none: Float? { if case .label(let classes, _, true) = self { Float(classes) } else { nil } }

    /// The classes in whose turns samples are drawn: none for other conditions.
    /// - Parameter known: those that have rows in the training data; nil where that is not known.
    package func classes(known: [Int]?) -> [Int] {
        guard case .label(let count, _, _) = self else { return [] }
        let present = known?.filter { (0..<count).contains($0) } ?? []
        return present.isEmpty ? Array(0..<count) : present
    }

    /// How an energy or an encoder of rows takes it.
    package var beside: ConditionDescription {
        switch self {
        case .label(let classes, let channels, let mayLack): .labels(classes: classes + (mayLack ? 1 : 0), channels: channels)
        case .visible(let mask): .planes(mask.shape.channels + 1)
        case .image(let shape): .planes(shape.channels)
        }
    }

    /// How a generator of latent vectors takes it.
    package var besideLatents: ConditionDescription {
        switch self {
        case .label(let classes, let channels, let mayLack): .labels(classes: classes + (mayLack ? 1 : 0), channels: channels)
        case .visible(let mask):
            .image(ImageShape(height: mask.shape.height, width: mask.shape.width, channels: mask.shape.channels + 1))
        case .image(let shape): .image(shape)
        }
    }

    /// Its values for some rows: rows x `count`, overwritten. The rows were checked to have what it is about.
    package func fill(_ values: Matrix, of rows: some ConditionSource) {
        switch self {
        case .label:
            guard let classes = rows.classes else { preconditionFailure("rows without classes: check first") }
            for (row, label) in classes.enumerated() { values[row, 0] = Float(label) }
        case .visible(let mask):
            guard let visible = rows.values else { preconditionFailure("rows that are not known have no visible part: check first") }
            mask.show(visible, rows.places, into: values)
        case .image:
            guard rows.fillPartners(values) else { preconditionFailure("rows without partners: check first") }
        }
    }
}

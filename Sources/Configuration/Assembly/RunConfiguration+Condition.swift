import Datasets
import Failures
import Learning
import Model
import Numerics

extension RunConfiguration {
    /// The condition of rows of a shape in a checkpoint, of which the energy's description knows the numbers; nil for none, or where the energy has another.
    package func rowCondition(for shape: ImageShape, energy: ConditionDescription?) -> Learning.Condition? {
        var told = energy
        if noiseLadder != nil, case .noise(let other) = energy { told = other }
        return switch (condition.kind, told) {
        case (.mask, _): shape.height > 1 && shape.width > 1 ? .visible(mask(for: shape)) : nil
        case (.label, .labels(let rows, let channels)): label(rows: rows, channels: channels)
        case (.image, .planes(let channels)): .image(ImageShape(height: shape.height, width: shape.width, channels: channels))
        case (.none, _), (.label, _), (.image, _): nil
        }
    }
}

extension RunConfiguration {
    /// The condition of rows of a data source; nil for none.
    /// - Throws: `.data` for classes that the data do not have, `.configuration` for masks of what is no image.
    package func rowCondition(for source: DataSource) throws(Failure) -> Learning.Condition? {
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
            return label(rows: Int(most) + (condition.dropout > 0 ? 2 : 1), channels: condition.channels)
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
                    "configuration: condition.kind = \"image\" gives the networks the rows of condition.source; \(source.name) is a density without rows"
                )
            }
            return .image(partner.shape)
        }
    }

    /// - Parameter rows: of the table of classes, of which the last one is for rows without a class where classes are left out.
    private func label(rows: Int, channels: Int) -> Learning.Condition {
        let mayLack = condition.dropout > 0
        return .label(classes: mayLack ? rows - 1 : rows, channels: channels, mayLack: mayLack)
    }

    /// The mask of the `condition` group.
    package func mask(for shape: ImageShape) -> Mask { Mask(condition.mask, shape: shape) }

    private static let mostClasses: Int32 = 10_000
}

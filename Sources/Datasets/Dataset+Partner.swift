import Failures
import Numerics

// What belongs to each row: the image or vector that is its condition.
extension Dataset {
    /// Rows that belong to these, row by row; nil for none.
    public var partner: Dataset? { partners.first }

    /// The same rows with the rows of another data set as their partners.
    /// - Throws: `.data` unless there are as many, of the same height and width.
    public func paired(with partner: Dataset) throws(Failure) -> Dataset {
        guard partner.count == count else {
            throw Failure(
                .data, "\(partner.name): expected \(count) rows, one for each row of \(name), found \(partner.count)")
        }
        guard partner.shape.height == shape.height, partner.shape.width == shape.width else {
            throw Failure(
                .data,
                "\(partner.name): expected rows of the height and width of \(name), which has \(shape), found \(partner.shape). Scale the images."
            )
        }
        var (paired, own) = (self, partner)
        own.partners = []
        paired.partners = [own]
        return paired
    }
}

extension Dataset {
    /// A row as the condition of another: levels scaled to the preparation's range, floats as they are; 1 x values.
    public func fill(_ target: Matrix, row: Int, _ preparation: DataPreparation) {
        switch values {
        case .floats(let floats): DataStream.copy(floats, row, target)
        case .levels(let bytes, let levels): DataStream.scale(bytes, row, levels, target, preparation)
        }
    }
}

import Failures
import Numerics

// What belongs to each row: the image or vector that conditional networks are told about it.
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
        var paired = self
        paired.partners = [partner]
        return paired
    }
}

extension Dataset {
    /// A row as networks are told it: levels scaled to the preparation's range, floats as they are; 1 x values.
    public func fill(_ target: Matrix, row: Int, _ preparation: DataPreparation) {
        let first = row * shape.count
        switch values {
        case .floats(let floats):
            for column in 0..<target.columns { target[0, column] = floats[first + column] }
        case .levels(let bytes, let levels):
            let factor = levels > 1 ? (preparation.high - preparation.low) / Float(levels - 1) : 0
            for column in 0..<target.columns { target[0, column] = preparation.low + factor * Float(bytes[first + column]) }
        }
    }
}

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
        fill(target, row: row, preparation, nil, dequantises: false)
    }

    /// A row, 1 x values: levels scaled to the preparation's range, floats standardised or as they are.
    /// - Parameter dequantises: whether the target holds where in its cell each level lies.
    func fill(_ target: Matrix, row: Int, _ preparation: DataPreparation, _ standardisation: Standardisation?, dequantises: Bool) {
        let (block, start) = block(ofRow: row)
        switch block {
        case .levels(let bytes): DataStream.scale(bytes, from: start, levels ?? 1, target, preparation, dequantises: dequantises)
        case .floats(let floats, let precise):
            if let standardisation {
                standardisation.fill(target, floats, precise, from: start)
            } else {
                DataStream.copy(floats, from: start, target)
            }
        }
    }
}

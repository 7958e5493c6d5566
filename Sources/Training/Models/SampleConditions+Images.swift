import Learning
import Model
import Numerics

extension SampleConditions {
    /// Conditions as rows of data: hidden pixels dark, gray images in all channels; all dark for classes.
    /// - Parameters:
    ///   - shape: of a row.
    ///   - dark: the value of what is hidden.
    package func images(count: Int, rowsPerTile size: Int, shape: ImageShape, dark: Float) -> Matrix {
        let result = Matrix(rows: count, columns: shape.count)
        result.fill(dark)
        for tile in 0..<(count + size - 1) / size {
            let rows = tile * size..<min(count, (tile + 1) * size)
            let (given, target) = (self.tile(tile, rows: rows), result.rows(rows))
            switch condition {
            case .label: break
            case .visible: given.paste(into: target)
            case .image(let image):
                for row in 0..<target.rows {
                    for column in 0..<target.columns {
                        let (pixel, channel) = column.quotientAndRemainder(dividingBy: shape.channels)
                        target[row, column] = given.values[row, pixel * image.channels + min(channel, image.channels - 1)]
                    }
                }
            }
        }
        return result
    }
}

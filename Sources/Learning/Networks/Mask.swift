import Numerics

/// Which pixels of an image are hidden: half of it, or a square in it of half its height and width.
package struct Mask: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Codable, Sendable {
        /// The lower half.
        case half
        case center
        /// The square lies anywhere, elsewhere in every row.
        case random
    }

    package let kind: Kind
    package let shape: ImageShape

    package init(_ kind: Kind, shape: ImageShape) {
        (self.kind, self.shape) = (kind, shape)
    }

    /// Lines and columns that are hidden in a row of a tile.
    /// - Parameter random: places of `.random`, two numbers a row.
    package func hidden(row: Int, _ random: RandomStream) -> (lines: Range<Int>, columns: Range<Int>) {
        let (height, width) = ((shape.height + 1) / 2, (shape.width + 1) / 2)
        switch kind {
        case .half: return (shape.height - shape.height / 2..<shape.height, 0..<shape.width)
        case .center:
            let (top, left) = ((shape.height - height) / 2, (shape.width - width) / 2)
            return (top..<top + height, left..<left + width)
        case .random:
            let top = random.integer(below: shape.height - height + 1, at: 2 * row)
            let left = random.integer(below: shape.width - width + 1, at: 2 * row + 1)
            return (top..<top + height, left..<left + width)
        }
    }

    /// The condition: the visible values with zeros for hidden ones, and behind the channels of each pixel 1 where it is visible, else 0.
    /// - Parameters:
    ///   - rows: images, n x values.
    ///   - condition: n x pixels · (channels + 1), overwritten.
    package func show(_ rows: Matrix, _ random: RandomStream, into condition: Matrix) {
        let channels = shape.channels
        for row in 0..<rows.rows {
            let (lines, columns) = hidden(row: row, random)
            for pixel in 0..<shape.height * shape.width {
                let isHidden = lines.contains(pixel / shape.width) && columns.contains(pixel % shape.width)
                for channel in 0..<channels {
                    condition[row, pixel * (channels + 1) + channel] = isHidden ? 0 : rows[row, pixel * channels + channel]
                }
                condition[row, pixel * (channels + 1) + channels] = isHidden ? 0 : 1
            }
        }
    }

    /// Puts the visible pixels of a condition into samples.
    package func paste(_ condition: Matrix, into samples: Matrix) {
        let channels = shape.channels
        forEachVisible(condition, rows: samples.rows) { row, pixel in
            for channel in 0..<channels { samples[row, pixel * channels + channel] = condition[row, pixel * (channels + 1) + channel] }
        }
    }

    /// Zeros at the visible pixels of a gradient.
    package func hold(_ condition: Matrix, _ gradient: Matrix) {
        let channels = shape.channels
        forEachVisible(condition, rows: gradient.rows) { row, pixel in
            for channel in 0..<channels { gradient[row, pixel * channels + channel] = 0 }
        }
    }

    private func forEachVisible(_ condition: Matrix, rows: Int, _ body: (_ row: Int, _ pixel: Int) -> Void) {
        let channels = shape.channels
        for row in 0..<rows {
            for pixel in 0..<shape.height * shape.width where condition[row, pixel * (channels + 1) + channels] == 1 { body(row, pixel) }
        }
    }
}

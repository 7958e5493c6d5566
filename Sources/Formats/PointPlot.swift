/// Pictures of points in the plane and of densities over it.
public enum PointPlot {
    /// A part of the plane, both sides of the same length.
    public struct Square: Hashable, Codable, Sendable {
        public var x: ClosedRange<Float>
        public var y: ClosedRange<Float>

        public init(x: ClosedRange<Float>, y: ClosedRange<Float>) {
            self.x = x
            self.y = y
        }
    }

    /// A two-dimensional histogram of points as a picture; y grows upwards. The fullest cell has the brightest colour; points outside of
    /// the square, and points that are not finite, are left out.
    ///
    /// - Parameters:
    ///   - points: x, y, x, y, ...
    ///   - cells: cells along a side.
    ///   - scale: the side of a cell in pixels.
    public static func histogram(_ points: [Float], in square: Square, cells: Int = 128, scale: Int = 3) -> Picture {
        precondition(points.count % 2 == 0 && cells > 0, "points are pairs, and a histogram has cells")
        var counts = [Float](repeating: 0, count: cells * cells)
        for index in stride(from: 0, to: points.count, by: 2) {
            guard let column = cell(points[index], square.x, cells), let row = cell(points[index + 1], square.y, cells) else { continue }
            counts[row * cells + column] += 1
        }
        return field(counts, cells: cells, scale: scale)
    }

    /// Values over a square grid of cells as a picture, for example a density; the first row is the lowest y. The greatest value has the
    /// brightest colour, 0 (and less, and NaN) the darkest.
    ///
    /// - Parameter greatest: the value of the brightest colour, so that several pictures have one scale; default: the greatest of the values.
    public static func field(_ values: [Float], cells: Int, scale: Int = 3, greatest: Float? = nil) -> Picture {
        precondition(values.count == cells * cells && scale > 0, "\(values.count) values for \(cells) x \(cells) cells")
        let greatest = greatest ?? values.reduce(0) { $1 > $0 && $1.isFinite ? $1 : $0 }
        var picture = Picture(width: cells * scale, height: cells * scale, channels: 3)
        for row in 0..<cells {
            for column in 0..<cells {
                let value = values[row * cells + column]
                // The square root shows thin regions beside dense ones.
                let share = value > 0 ? min(value / greatest, 1).squareRoot() : 0
                picture.fill(x: column * scale, y: (cells - 1 - row) * scale, size: scale, colour(share))
            }
        }
        return picture
    }

    private static func cell(_ value: Float, _ range: ClosedRange<Float>, _ cells: Int) -> Int? {
        guard range.contains(value), range.upperBound > range.lowerBound else { return nil }
        return min(Int((value - range.lowerBound) / (range.upperBound - range.lowerBound) * Float(cells)), cells - 1)
    }

    /// From near black over violet and orange to pale yellow, of growing lightness.
    private static let anchors: [[Float]] = [
        [0, 0, 4], [66, 10, 104], [147, 38, 103], [221, 81, 58], [252, 165, 10], [252, 255, 164],
    ]

    private static func colour(_ share: Float) -> [UInt8] {
        let place = share * Float(anchors.count - 1)
        let lower = min(Int(place), anchors.count - 2)
        let part = place - Float(lower)
        return (0..<3).map { UInt8(anchors[lower][$0] * (1 - part) + anchors[lower + 1][$0] * part + 0.5) }
    }
}

/// Pictures of rows of numbers, on white: samples in red over data in gray.
///
/// Sides go from the least to the greatest value of the data, of the samples where there are no data, and a tenth farther; what lies outside is drawn at the
/// border, so that samples that have gone away are seen. Values that are not finite are left out.
public struct TablePlot {
    /// Row by row, `columns` values each.
    private let (samples, data): ([Float], [Float])
    private let columns: Int
    /// Of each column.
    private let ranges: [ClosedRange<Float>]

    /// Panels of a picture, at most.
    public static let mostPanels = 64
    private static let (panelWidth, panelHeight, margin) = (120, 80, 6)
    private static let side = 384
    private static let (gray, red): ([UInt8], [UInt8]) = ([196, 196, 196], [214, 69, 48])

    /// - Parameter data: rows beside which the samples are drawn; empty: none.
    public init(samples: [Float], data: [Float], columns: Int) {
        precondition(columns > 0 && samples.count % columns == 0 && data.count % columns == 0, "rows of \(columns) values")
        (self.samples, self.data, self.columns) = (samples, data, columns)
        ranges = (0..<min(columns, max(2, Self.mostPanels))).map {
            Self.range(of: Self.column($0, of: data.isEmpty ? samples : data, columns))
        }
    }

    /// Two columns as points, the second upwards.
    public var points: Picture {
        precondition(columns == 2, "points of the plane have 2 values, not \(columns)")
        var picture = Self.white(width: Self.side, height: Self.side)
        for (rows, colour, size) in [(data, Self.gray, 2), (samples, Self.red, 4)] {
            for index in stride(from: 0, to: rows.count, by: 2) where rows[index].isFinite && rows[index + 1].isFinite {
                let x = 2 * Self.place(rows[index], ranges[0], of: Self.side / 2)
                let y = Self.side - 2 - 2 * Self.place(rows[index + 1], ranges[1], of: Self.side / 2)
                picture.fill(x: min(x, Self.side - size), y: min(y, Self.side - size), size: size, colour)
            }
        }
        return picture
    }

    /// A histogram of each column, the first `mostPanels` of them, row by row.
    public var marginals: Picture {
        let count = min(columns, Self.mostPanels)
        let across = Int(Double(count).squareRoot().rounded(.up))
        let down = (count + across - 1) / across
        let (width, height) = (Self.panelWidth + Self.margin, Self.panelHeight + Self.margin)
        var picture = Self.white(width: across * width + Self.margin, height: down * height + Self.margin)
        for column in 0..<count {
            draw(column, left: column % across * width + Self.margin, top: column / across * height + Self.margin, into: &picture)
        }
        return picture
    }

    /// Bars of the data, the outline of the samples, and a line below them.
    private func draw(_ column: Int, left: Int, top: Int, into picture: inout Picture) {
        let bins = max(8, min(40, Int(Double(samples.count / columns).squareRoot())))
        let shares = [data, samples].map { Self.shares(Self.column(column, of: $0, columns), ranges[column], bins) }
        let greatest = max(shares.joined().max() ?? 0, .leastNormalMagnitude)
        let heights = shares.map { $0.map { Int(Float(Self.panelHeight - 1) * $0 / greatest) } }
        let bottom = top + Self.panelHeight - 1
        var last = 0
        for x in 0..<Self.panelWidth {
            let bin = x * bins / Self.panelWidth
            for y in 0..<heights[0][bin] { picture.fill(x: left + x, y: bottom - y, size: 1, Self.gray) }
            let height = heights[1][bin]
            for y in min(last, height)...max(last, height) { picture.fill(x: left + x, y: bottom - y, size: 1, Self.red) }
            last = height
            picture.fill(x: left + x, y: bottom, size: 1, [0, 0, 0])
        }
    }

    /// The share of values in each bin.
    private static func shares(_ values: [Float], _ range: ClosedRange<Float>, _ bins: Int) -> [Float] {
        var counts = [Float](repeating: 0, count: bins)
        let finite = values.filter(\.isFinite)
        for value in finite { counts[place(value, range, of: bins)] += 1 }
        return counts.map { $0 / Float(max(1, finite.count)) }
    }

    private static func column(_ column: Int, of rows: [Float], _ columns: Int) -> [Float] {
        stride(from: column, to: rows.count, by: columns).map { rows[$0] }
    }

    /// A cell of `count` cells over a range, the nearest one for values outside of it.
    private static func place(_ value: Float, _ range: ClosedRange<Float>, of count: Int) -> Int {
        let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        return share > 0 ? min(Int(min(share, 1) * Float(count)), count - 1) : 0
    }

    private static func range(of values: [Float]) -> ClosedRange<Float> {
        // What is far beyond all data has no middle as a float.
        let finite = values.filter { $0.magnitude < 1e30 }
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
        let reach = max(0.1 * (high - low), 1e-6 * max(1, low.magnitude, high.magnitude))
        return (low - reach)...(high + reach)
    }

    private static func white(width: Int, height: Int) -> Picture {
        var picture = Picture(width: width, height: height, channels: 3)
        for index in picture.pixels.indices { picture.pixels[index] = 255 }
        return picture
    }
}

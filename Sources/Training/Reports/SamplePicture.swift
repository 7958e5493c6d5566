import Datasets
import Formats
import Numerics

/// A picture of samples: a grid for images, a density plot for points of the plane, a gray table for other vectors.
package struct SamplePicture {
    package let low: Float
    package let high: Float
    package let columns: Int
    package let scale: Int
    package let shape: ImageShape
    /// What a picture of points shows; nil for a square that holds all of them.
    package let square: PointPlot.Square?

    package init(configuration: RunConfiguration, shape: ImageShape) {
        low = Float(configuration.data.low)
        high = Float(configuration.data.high)
        columns = configuration.samples.columns
        scale = configuration.samples.scale
        self.shape = shape
        square = PlaneDensity(named: configuration.data.source)?.domain
    }

    private func square(around points: [Float]) -> PointPlot.Square {
        let reach = max(points.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 } * 1.05, 1e-6)
        return square ?? PointPlot.Square(x: -reach...reach, y: -reach...reach)
    }

    /// The range of the finite values, wide enough to divide by.
    private static func range(of samples: [Float]) -> (low: Float, high: Float) {
        let finite = samples.filter { $0.isFinite && $0.magnitude < 1e30 }
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
        return (low, max(high, low + max(1e-6, low.magnitude * 1e-6)))
    }

    /// - Parameter samples: `count` x shape, channels innermost. The first that fit are shown.
    package func write(_ samples: [Float], count: Int, to path: String) throws {
        try AtomicFile.write(picture(samples, count: count).png(), to: path)
    }

    /// Pixels of a side, and values of a picture, at most: what is beyond is left out.
    private static let (mostPixels, mostValues) = (1 << 16, 1 << 28)

    /// How many images of a size are shown, in how many columns and how large: as asked for, as far as they fit.
    /// - Parameter isWhole: whether the scale gives way before images are left out.
    package static func layout(_ count: Int, height: Int, width: Int, channels: Int, columns: Int, scale: Int, isWhole: Bool = false) -> (
        count: Int, columns: Int, scale: Int
    ) {
        func values(_ scale: Int) -> Int { (height * scale + 1) * (width * scale + 1) * channels }
        var scale = max(1, min(scale, mostPixels / (max(height, width) + 1)))
        let lines = isWhole ? (count + columns - 1) / columns : 1
        while scale > 1 && (values(scale) > mostValues / (lines * (isWhole ? columns : 1)) || height * scale + 1 > mostPixels / lines) {
            scale -= 1
        }
        let columns = max(1, min(columns, count, (mostPixels - 1) / (width * scale + 1), mostValues / values(scale)))
        let rows = max(1, min((mostPixels - 1) / (height * scale + 1), mostValues / (columns * values(scale))))
        return (min(count, rows * columns), columns, scale)
    }

    private func grid(_ samples: [Float], count: Int, height: Int, width: Int, channels: Int, low: Float, high: Float, columns: Int)
        -> Picture
    {
        let layout = Self.layout(count, height: height, width: width, channels: channels, columns: columns, scale: scale)
        return ImageGrid.picture(
            Array(samples.prefix(layout.count * height * width * channels)), count: layout.count, height: height, width: width,
            channels: channels,
            low: low, high: high, columns: layout.columns, scale: layout.scale)
    }

    private func picture(_ samples: [Float], count: Int) throws -> Picture {
        if shape.isVector && shape.count == 2 { return PointPlot.histogram(samples, in: square(around: samples)) }
        if shape.channels == 1 || shape.channels == 3, !shape.isVector {
            return grid(
                samples, count: count, height: shape.height, width: shape.width, channels: shape.channels, low: low, high: high,
                columns: columns)
        }
        let range = Self.range(of: samples)
        let shown = min(count, Self.mostPixels / 2, max(1, Self.mostValues / shape.count))
        return grid(
            Array(samples.prefix(shown * shape.count)), count: 1, height: shown, width: shape.count, channels: 1, low: range.low,
            high: range.high,
            columns: 1)
    }
}

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

    /// - Parameter samples: `count` x shape, channels innermost.
    package func write(_ samples: [Float], count: Int, to path: String) throws {
        try AtomicFile.write(picture(samples, count: count).png(), to: path)
    }

    private func picture(_ samples: [Float], count: Int) throws -> Picture {
        if shape.isVector && shape.count == 2 { return PointPlot.histogram(samples, in: square(around: samples)) }
        if shape.channels == 1 || shape.channels == 3, !shape.isVector {
            return ImageGrid.picture(
                samples, count: count, height: shape.height, width: shape.width, channels: shape.channels, low: low, high: high,
                columns: min(columns, count), scale: scale)
        }
        let range = Self.range(of: samples)
        return ImageGrid.picture(
            samples, count: 1, height: count, width: shape.count, channels: 1, low: range.low, high: range.high, columns: 1, scale: scale)
    }
}

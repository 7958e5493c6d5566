import Datasets
import Formats
import Numerics

/// A picture of samples: a grid for images, a density plot for points of the plane, a gray table for other vectors.
struct SamplePicture {
    let low: Float
    let high: Float
    let columns: Int
    let scale: Int
    let shape: ImageShape
    /// What a picture of points shows; nil for a square that holds all of them.
    let square: PointPlot.Square?

    init(configuration: RunConfiguration, shape: ImageShape) {
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

    /// - Parameter samples: `count` x shape, channels innermost.
    func write(_ samples: [Float], count: Int, to path: String) throws {
        try AtomicFile.write(picture(samples, count: count).png(), to: path)
    }

    private func picture(_ samples: [Float], count: Int) throws -> Picture {
        if shape.isVector && shape.count == 2 { return PointPlot.histogram(samples, in: square(around: samples)) }
        if shape.channels == 1 || shape.channels == 3, !shape.isVector {
            return ImageGrid.picture(
                samples, count: count, height: shape.height, width: shape.width, channels: shape.channels, low: low, high: high,
                columns: columns, scale: scale)
        }
        return ImageGrid.picture(
            samples, count: 1, height: count, width: shape.count, channels: 1, low: samples.min() ?? 0, high: (samples.max() ?? 0) + 1e-6,
            columns: 1, scale: scale)
    }
}

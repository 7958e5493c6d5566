import Configuration
import Datasets
import Failures
import Formats
import Measures
import Numerics

/// A picture of samples: a grid for images; for tables samples over data, as points where they have two columns, else as a histogram of each column; the
/// density of samples of the plane's own densities.
package struct SamplePicture {
    package let low: Float
    package let high: Float
    package let columns: Int
    package let scale: Int
    package let shape: ImageShape
    /// Where samples of a density of the plane lie; nil for other data.
    package let square: PointPlot.Square?

    package init(configuration: RunConfiguration, shape: ImageShape) {
        low = Float(configuration.data.low)
        high = Float(configuration.data.high)
        columns = configuration.samples.columns
        scale = configuration.samples.scale
        self.shape = shape
        square = shape == ImageShape(vector: 2) ? PlaneDensity(named: configuration.data.source)?.domain : nil
    }

    private static let shownRows = 1000

    /// Rows of a run's data beside which samples are drawn; none for pictures without.
    package func data(of plan: RunPlan) throws(Failure) -> [Float] {
        guard shape.isVector, square == nil, plan.source.hasRows else { return [] }
        let rows = try EvaluationRows(plan.source, plan.configuration)
        return rows.read(0..<min(Self.shownRows, rows.available)).values
    }

    /// - Parameters:
    ///   - samples: `count` x shape, channels innermost. The first that fit are shown.
    ///   - data: rows of a table, on the model's scale as the samples are.
    package func write(_ samples: [Float], count: Int, data: [Float] = [], to path: String) throws {
        try AtomicFile.write(picture(samples, count: count, data: data).png(), to: path)
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

    /// As `write` draws it.
    func picture(_ samples: [Float], count: Int, data: [Float]) throws -> Picture {
        guard shape.isVector else {
            // Channels that are no colors are gray images side by side.
            let parts = [1, 3].contains(shape.channels) ? 1 : shape.channels
            return grid(
                parts == 1 ? samples : ChannelOrder.outermost(samples, shape: shape), count: count * parts, height: shape.height,
                width: shape.width, channels: shape.channels / parts, low: low, high: high, columns: max(parts, columns / parts * parts))
        }
        if let square { return PointPlot.histogram(samples, in: square) }
        let plot = TablePlot(samples: samples, data: data, columns: shape.count)
        return shape.count == 2 ? plot.points : plot.marginals
    }
}

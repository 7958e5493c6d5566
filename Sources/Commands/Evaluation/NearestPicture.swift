import Configuration
import Distributed
import Failures
import Formats
import Measures
import Numerics
import Training

/// A picture of samples, each with the training rows nearest to it on its right.
struct NearestPicture {
    private static let (shown, neighbors) = (12, 5)

    private let path: String

    init(_ path: String) { self.path = path }

    /// Collective. - Throws: `.usage` for rows that are no images of 1 or 3 channels.
    func draw(_ samples: Matrix, _ model: MeasuredModel) throws(Failure) {
        let (shape, configuration) = (model.trained.shape, model.trained.configuration)
        try model.communicator.agree {
            guard !shape.isVector, [1, 3].contains(shape.channels) else {
                throw Failure(.usage, "evaluate: --nearest: expected a model of images of 1 or 3 channels, found rows of \(shape)")
            }
        }
        let rows = samples.rows(0..<min(Self.shown, samples.rows))
        let near = try TrainingNeighbors(of: rows, in: model.training, count: Self.neighbors, model.communicator)
        try model.communicator.onRoot {
            let black = [Float](repeating: Float(configuration.data.low), count: shape.count)
            let images = (0..<rows.rows).flatMap { row in
                let found = near.places[row].map { model.training.read($0..<$0 + 1).values }
                let missing = [[Float]](repeating: black, count: Self.neighbors - found.count)
                return rows.rows(row..<row + 1).values + (found + missing).flatMap { $0 }
            }
            let (columns, count) = (Self.neighbors + 1, rows.rows * (Self.neighbors + 1))
            let layout = SamplePicture.layout(
                count, height: shape.height, width: shape.width, channels: shape.channels, columns: columns,
                scale: configuration.samples.scale, isWhole: true)
            try ImageGrid.picture(
                images, count: count, height: shape.height, width: shape.width, channels: shape.channels,
                low: Float(configuration.data.low),
                high: Float(configuration.data.high), columns: columns, scale: layout.scale
            ).write(to: path)
        }
    }
}

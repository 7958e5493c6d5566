import Datasets
import Distributed
import Failures
import Formats

/// A model's density, the true density and chains, from left to right; the densities in one scale of colours, the greatest of the true one.
package enum PlanePicture {
    private static let gap = 6

    /// - Parameter chains: x, y, x, y, ...
    package static func make(of energy: some PlaneEnergy, logZ: Double, against density: PlaneDensity, chains: [Float]) throws(Failure)
        -> Picture
    {
        let field = try PlaneField(of: energy, logZ: logZ, against: density, SoloCommunicator())
        let (model, truth) = field.pictures
        return besideEachOther([model, truth, PointPlot.histogram(chains, in: density.domain, cells: field.cells)])
    }

    /// Pictures of one size in a row with white gaps.
    private static func besideEachOther(_ pictures: [Picture]) -> Picture {
        let (width, height, channels) = (pictures[0].width, pictures[0].height, pictures[0].channels)
        let space = [UInt8](repeating: 255, count: gap * channels)
        var row = Picture(width: pictures.count * (width + gap) - gap, height: height, channels: channels)
        row.pixels = (0..<height).flatMap { y in
            Array(pictures.map { $0.pixels[y * width * channels..<(y + 1) * width * channels] }.joined(separator: space))
        }
        return row
    }
}

import Numerics

/// The distribution that chains start from when they start from noise.
public enum NoiseDistribution: Sendable, Hashable {
    case uniform(ClosedRange<Float>)
    case gaussian(deviation: Float)

    public enum Kind: String, CaseIterable, Codable, Sendable { case uniform, gaussian }

    /// Fills a tile with independent draws.
    package func fill(_ tile: Matrix, stream: RandomStream) {
        switch self {
        case .uniform(let range):
            stream.fillUniforms(tile)
            let (low, width) = (range.lowerBound, range.upperBound - range.lowerBound)
            for index in 0..<tile.count { unsafe tile.base[index] = low + width * tile.base[index] }
        case .gaussian(let deviation):
            stream.fillNormals(tile)
            for index in 0..<tile.count { unsafe tile.base[index] *= deviation }
        }
    }
}

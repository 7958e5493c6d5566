import Numerics

/// The distribution that chains start from when they start from noise.
public enum NoiseDistribution: Sendable, Hashable {
    case uniform(ClosedRange<Float>)
    case gaussian(deviation: Float)
    /// Every value of a site equally likely, and another noise elsewhere.
    indirect case onSites([DiscreteSite], besides: NoiseDistribution)

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
        case .onSites(let sites, let noise):
            noise.fill(tile, stream: stream)
            let (values, first) = (SiteValues(sites), RandomStream.draws(for: tile.count))
            for site in 0..<values.sites {
                let range = values.values(of: site)
                for row in 0..<tile.rows {
                    let place = stream.integer(below: range.count, at: first + row * values.sites + site)
                    values.write(range.lowerBound + place, to: tile, row: row)
                }
            }
        }
    }
}

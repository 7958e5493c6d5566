import Formats
import Numerics

/// A probability density over the plane with exact samples and an exact, normalised log density.
///
/// Every density, with its formula, is described in `Documentation/Data.md`.
public struct PlaneDensity: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Codable, Sendable {
        case gaussians25 = "25gaussians"
        case gaussians8 = "8gaussians"
        case rings
        case moons
        case pinwheel
        case swissRoll = "swissroll"
        case spirals = "2spirals"
        case checkerboard
    }

    public let kind: Kind
    /// The Gaussians whose mixture this is, or whose integral along a curve; nil where the density has another form.
    let mixture: PointMixture?

    public init(_ kind: Kind) {
        self.kind = kind
        mixture = PointMixture(kind, refinement: 1)
    }

    /// The density of a name, for example `25gaussians`; nil when there is none.
    public init?(named name: String) {
        guard let kind = Kind(rawValue: name) else { return nil }
        self.init(kind)
    }

    public var name: String { kind.rawValue }

    /// The names of all densities.
    public static var names: [String] { Kind.allCases.map(\.rawValue) }

    /// A square that holds all mass but a part below 1e-5, with some room: for pictures and grids.
    public var domain: PointPlot.Square {
        switch kind {
        case .gaussians25, .swissRoll, .spirals: PointPlot.Square(x: -4.25...4.25, y: -4.25...4.25)
        case .gaussians8, .rings, .checkerboard: PointPlot.Square(x: -5...5, y: -5...5)
        case .moons: PointPlot.Square(x: -1.75...2.75, y: -2...2.5)
        case .pinwheel: PointPlot.Square(x: -5.5...5.5, y: -5.5...5.5)
        }
    }

    /// The centres and the common standard deviation of the modes, where the density is a mixture of separate Gaussians.
    public var modes: (centres: [SIMD2<Float>], deviation: Float)? {
        guard let mixture, kind == .gaussians25 || kind == .gaussians8 else { return nil }
        return (mixture.points.map { SIMD2(Float($0.x), Float($0.y)) }, Float(mixture.deviation))
    }
}

import Glibc

/// A mixture of round Gaussians of one standard deviation: p(z) = Σ w_i N(z; c_i, s² I).
///
/// With the points of a quadrature rule along a curve it is the density of a random point of the curve plus Gaussian noise.
struct PointMixture: Hashable, Sendable {
    struct Point: Hashable, Sendable {
        var x: Double
        var y: Double
        var logWeight: Double
    }

    let deviation: Double
    let points: [Point]

    /// log p(z), by logsumexp.
    func logDensity(x: Double, y: Double) -> Double {
        let factor = -0.5 / (deviation * deviation)
        var greatest = -Double.infinity
        for point in points {
            let (dx, dy) = (x - point.x, y - point.y)
            greatest = max(greatest, point.logWeight + factor * (dx * dx + dy * dy))
        }
        var sum = 0.0
        for point in points {
            let (dx, dy) = (x - point.x, y - point.y)
            let exponent = point.logWeight + factor * (dx * dx + dy * dy) - greatest
            // e^-45 is below the last bit of the sum, which is at least 1.
            if exponent > -45 { sum += exp(exponent) }
        }
        return greatest + log(sum) - log(2 * Double.pi * deviation * deviation)
    }
}

extension PointMixture {
    /// The mixture behind a density; nil for pinwheel and checkerboard.
    ///
    /// - Parameter refinement: divides the distance of the points of quadrature rules.
    init?(_ kind: PlaneDensity.Kind, refinement: Double) {
        switch kind {
        case .gaussians25:
            let places = [-4.0, -2, 0, 2, 4].map { $0 / GaussianGrid.divisor }
            let points = places.flatMap { x in places.map { y in Point(x: x, y: y, logWeight: -log(25.0)) } }
            self.init(deviation: 0.2 / GaussianGrid.divisor, points: points)
        case .gaussians8:
            let points = (0..<8).map { k in
                let angle = 2 * Double.pi * Double(k) / 8
                return Point(x: GaussianRing.radius * cos(angle), y: GaussianRing.radius * sin(angle), logWeight: -log(8.0))
            }
            self.init(deviation: GaussianRing.deviation, points: points)
        case .rings: self.init(deviation: Rings.deviation, points: Rings.points(refinement))
        case .moons:
            let moons = [Moons.outer, Moons.inner].flatMap { $0.points(deviation: Moons.deviation / refinement, weight: 0.5) }
            self.init(deviation: Moons.deviation, points: moons)
        case .swissRoll:
            self.init(
                deviation: SwissRoll.deviation, points: SwissRoll.curve.points(deviation: SwissRoll.deviation / refinement, weight: 1))
        case .spirals:
            let arms = [1.0, -1].flatMap { Spirals.arm($0).points(deviation: Spirals.deviation / refinement, weight: 0.5) }
            self.init(deviation: Spirals.deviation, points: arms)
        case .pinwheel, .checkerboard: return nil
        }
    }
}

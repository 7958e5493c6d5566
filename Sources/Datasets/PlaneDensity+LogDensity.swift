import Glibc
import Numerics

extension PlaneDensity {
    /// log p(x, y), normalised: ∫∫ p = 1. Minus infinity outside of the support (checkerboard).
    public func logDensity(x: Double, y: Double) -> Double {
        if let mixture { return mixture.logDensity(x: x, y: y) }
        return kind == .pinwheel ? Pinwheel.logDensity(x: x, y: y) : Checkerboard.logDensity(x: x, y: y)
    }

    /// log p of every row of points (rows x 2).
    public func logDensities(of points: Matrix) -> [Double] {
        precondition(points.columns == 2, "points of the plane have 2 coordinates, not \(points.columns)")
        return (0..<points.rows).map { logDensity(x: Double(points[$0, 0]), y: Double(points[$0, 1])) }
    }
}

extension Pinwheel {
    /// The rotation by an angle that depends on the radius alone keeps areas, so p(x) is the mean over the blades of the normal density of
    /// the point before rotation, over the square of the final scale.
    static func logDensity(x: Double, y: Double) -> Double {
        let (u, v) = (x / scale, y / scale)
        let radius = (u * u + v * v).squareRoot()
        let exponents = (0..<blades).map { blade in
            let angle = 2 * Double.pi * Double(blade) / Double(blades) + rate * exp(radius)
            // Undoes (u, v) = (f cos a + g sin a, -f sin a + g cos a).
            let f = u * cos(angle) - v * sin(angle)
            let g = u * sin(angle) + v * cos(angle)
            let (a, b) = ((f - 1) / radialDeviation, g / tangentialDeviation)
            return -0.5 * (a * a + b * b)
        }
        let greatest = exponents.max()!
        let sum = exponents.reduce(0) { $0 + exp($1 - greatest) }
        return greatest + log(sum / Double(blades)) - log(2 * Double.pi * radialDeviation * tangentialDeviation * scale * scale)
    }
}

extension Checkerboard {
    /// 1 / 32 on the dark squares of side 2 of [-4, 4)².
    static func logDensity(x: Double, y: Double) -> Double {
        guard (-4..<4).contains(x), (-4..<4).contains(y) else { return -.infinity }
        let dark = (Int(floor(x / 2)) + Int(floor(y / 2))).isMultiple(of: 2)
        return dark ? -log(32.0) : -.infinity
    }
}

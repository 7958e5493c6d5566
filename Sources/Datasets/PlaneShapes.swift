import Glibc

// The constants of the plane densities, and the curves of those that have one.

/// Twenty-five Gaussians on a grid: ({-4, -2, 0, 2, 4}² + 0.2 n) / 1.414.
enum GaussianGrid {
    static let divisor = 1.414
}

/// Eight Gaussians: (4 (cos a, sin a) + 0.5 n) / 1.414, a = 2πk/8.
enum GaussianRing {
    static let radius = 4 / 1.414
    static let deviation = 0.5 / 1.414
}

/// Four circles around the origin, radii 1, 2, 3 and 4 with probability 1/4 each, plus noise of standard deviation 0.15.
enum Rings {
    static let deviation = 0.15

    /// Equally spaced points on each circle: the trapezoidal rule, which converges like exp(-2π² s²/h²) for the distance h; h = 0.75 s leaves
    /// e^-35.
    static func points(_ refinement: Double) -> [PointMixture.Point] {
        (1...4).flatMap { radius in
            let count = Int((2 * Double.pi * Double(radius) / (0.75 * deviation) * refinement).rounded(.up))
            return (0..<count).map { index in
                let angle = 2 * Double.pi * Double(index) / Double(count)
                return PointMixture.Point(
                    x: Double(radius) * cos(angle), y: Double(radius) * sin(angle), logWeight: -log(4 * Double(count)))
            }
        }
    }
}

/// Two half circles, (cos t, sin t) and (1 - cos t, 1/2 - sin t), t uniform on [0, π], plus noise of standard deviation 0.1.
enum Moons {
    static let deviation = 0.1
    static var outer: Curve { half { (cos($0), sin($0)) } }
    static var inner: Curve { half { (1 - cos($0), 0.5 - sin($0)) } }

    private static func half(_ position: @escaping (Double) -> (x: Double, y: Double)) -> Curve {
        Curve(range: 0...Double.pi, density: { _ in 1 / Double.pi }, position: position, speed: { _ in 1 })
    }
}

/// (t cos t, t sin t) / 5, t uniform on [1.5π, 4.5π], plus noise of standard deviation 0.2.
enum SwissRoll {
    static let deviation = 0.2
    static var curve: Curve {
        Curve(
            range: (1.5 * Double.pi)...(4.5 * Double.pi), density: { _ in 1 / (3 * Double.pi) },
            position: { (x: $0 * cos($0) / 5, y: $0 * sin($0) / 5) }, speed: { (1 + $0 * $0).squareRoot() / 5 })
    }
}

/// ±(-t cos t, t sin t) / 3, t = 3π √u, u uniform on [0, 1], plus noise of standard deviation 0.1.
enum Spirals {
    static let deviation = 0.1
    static let turn = 3 * Double.pi

    static func arm(_ sign: Double) -> Curve {
        Curve(
            range: 0...turn, density: { 2 * $0 / (turn * turn) },
            position: { (x: -sign * $0 * cos($0) / 3, y: sign * $0 * sin($0) / 3) }, speed: { (1 + $0 * $0).squareRoot() / 3 })
    }
}

/// Five blades: f = (1 + 0.3 n, 0.1 n'), turned clockwise by 2πk/5 + e^|f| / 4, times 2.
enum Pinwheel {
    static let blades = 5
    static let radialDeviation = 0.3
    static let tangentialDeviation = 0.1
    static let rate = 0.25
    static let scale = 2.0
}

/// Uniform on the dark squares, of side 2, of a board over [-4, 4)².
enum Checkerboard {}

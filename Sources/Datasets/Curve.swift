import Glibc

/// A curve in the plane that is walked with a given probability of its parameter.
struct Curve {
    let range: ClosedRange<Double>
    /// The density of the parameter; its integral over the range is 1.
    let density: (Double) -> Double
    let position: (Double) -> (x: Double, y: Double)
    /// The length of the derivative of the position; it must not fall along the curve by more than a little.
    let speed: (Double) -> Double

    /// The points of a quadrature rule along the curve, as a mixture of the given total weight.
    ///
    /// Gauss-Legendre with eight points on panels of 1.5 standard deviations of length. For a straight piece the relative error of the
    /// rule, (b - a)¹⁷ (8!)⁴ / (17 (16!)³) max |f⁽¹⁶⁾|, is below 1e-13 of the maximum.
    func points(deviation: Double, weight: Double) -> [PointMixture.Point] {
        var points: [PointMixture.Point] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + 1.5 * deviation / speed(start), range.upperBound)
            let (middle, half) = ((start + end) / 2, (end - start) / 2)
            for (node, nodeWeight) in Self.legendre {
                for t in [middle - half * node, middle + half * node] {
                    let (x, y) = position(t)
                    points.append(PointMixture.Point(x: x, y: y, logWeight: log(weight * density(t) * half * nodeWeight)))
                }
            }
            start = end
        }
        return points
    }

    /// The positive half of the eight nodes on [-1, 1] with their weights (Abramowitz, Stegun, table 25.4).
    private static let legendre = [
        (0.183434642495649805, 0.362683783378361983), (0.525532409916328986, 0.313706645877887287),
        (0.796666477413626740, 0.222381034453374471), (0.960289856497536232, 0.101228536290376259),
    ]
}

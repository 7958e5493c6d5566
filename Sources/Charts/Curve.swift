/// A curve of any length, thinned by minimum and maximum: every extreme stays at its place, and so do the first and the last point.
package struct Curve: Sendable {
    package struct Point: Hashable, Sendable {
        package let x: Double
        package let y: Double

        package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
    }

    private struct Extremes: Stretch {
        var least: Point
        var greatest: Point

        mutating func join(_ later: Extremes) {
            if later.least.y < least.y { least = later.least }
            if later.greatest.y > greatest.y { greatest = later.greatest }
        }
    }

    /// Stretches that a chart has room for, two points each.
    package static let limit = 400

    private var extremes: Thinned<Extremes>
    private var first: Point?
    package private(set) var last: Point?
    /// Values that are not finite, which a curve cannot show.
    package private(set) var broken = 0

    package init(limit: Int = Curve.limit) { extremes = Thinned(limit: limit) }

    /// - Parameter x: greater than those before.
    package mutating func append(_ x: Double, _ y: Double) {
        guard x.isFinite, y.isFinite else { return broken += 1 }
        let point = Point(x, y)
        extremes.append(Extremes(least: point, greatest: point))
        first = first ?? point
        last = point
    }

    /// Whether there is anything but zeros.
    package var isZero: Bool { extremes.stretches.allSatisfy { $0.least.y == 0 && $0.greatest.y == 0 } }

    /// In the order of x.
    package var points: [Point] {
        guard let first, let last else { return [] }
        var points = [first]
        func add(_ point: Point) { if point.x > points[points.count - 1].x { points.append(point) } }
        for stretch in extremes.stretches {
            let isUp = stretch.least.x <= stretch.greatest.x
            add(isUp ? stretch.least : stretch.greatest)
            add(isUp ? stretch.greatest : stretch.least)
        }
        add(last)
        return points
    }
}

import Charts
import Testing

@Suite struct CurveTests {
    /// Numbers without a pattern, the same in every run.
    private static func noise(_ index: Int) -> Double {
        var value = UInt64(index) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return Double(value >> 11) / Double(1 << 53)
    }

    @Test func `a short curve keeps every point`() {
        var curve = Curve(limit: 4)
        for (x, y) in [(1.0, 3.0), (2, -1), (5, 2)] { curve.append(x, y) }
        #expect(curve.points == [Curve.Point(1, 3), Curve.Point(2, -1), Curve.Point(5, 2)])
    }

    @Test func `a long curve keeps the least and the greatest value of each stretch at their places, and both ends`() {
        var curve = Curve(limit: 4)
        // Two stretches of four: (0, 1, 9, 2) and (3, -5, 4, 0).
        let values: [Double] = [0, 1, 9, 2, 3, -5, 4, 0]
        for (x, y) in values.enumerated() { curve.append(Double(x), y) }
        #expect(curve.points.map(\.x) == [0, 1, 2, 3, 4, 5, 6, 7])
        var longer = Curve(limit: 2)
        for (x, y) in values.enumerated() { longer.append(Double(x), y) }
        #expect(longer.points == [Curve.Point(0, 0), Curve.Point(2, 9), Curve.Point(5, -5), Curve.Point(6, 4), Curve.Point(7, 0)])
    }

    @Test(arguments: [1, 7, 399, 400, 401, 5000, 100_000]) func `all extremes of a curve of any length are there, in bounded room`(
        count: Int
    ) {
        var curve = Curve()
        let values = (0..<count).map { index -> Double in
            let peak: Double = index == count / 3 ? 10 : index == count / 2 ? -20 : 0
            return Self.noise(index) + peak
        }
        for (x, y) in values.enumerated() { curve.append(Double(x), y) }
        let points = curve.points
        #expect(points.count <= 2 * Curve.limit + 2)
        #expect(points.map(\.y).max() == values.max() && points.map(\.y).min() == values.min())
        #expect(points.first == Curve.Point(0, values[0]) && points.last == Curve.Point(Double(count - 1), values[count - 1]))
        #expect(points.allSatisfy { values[Int($0.x)] == $0.y }, "no point is made up")
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x })
    }

    @Test func `what was looked at in between does not change a curve`() {
        var (often, once) = (Curve(limit: 8), Curve(limit: 8))
        for index in 0..<1000 {
            often.append(Double(index), Self.noise(index))
            _ = often.points
            once.append(Double(index), Self.noise(index))
        }
        #expect(often.points == once.points)
    }

    @Test func `values that are not finite are counted and left out`() {
        var curve = Curve()
        for (x, y) in [(0.0, 1.0), (1, .nan), (2, .infinity), (3, 2)] { curve.append(x, y) }
        #expect(curve.broken == 2 && curve.points == [Curve.Point(0, 1), Curve.Point(3, 2)])
    }
}

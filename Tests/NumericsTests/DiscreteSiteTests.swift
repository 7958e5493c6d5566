import Numerics
import Testing

struct DiscreteSiteTests {
    @Test func `a category is the same whether its values are listed or not`() {
        let listed = DiscreteSite(coordinates: 2..<5, values: [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        #expect(listed == .oneHot(at: 2, of: 3) && listed.isOneHot && listed.moved(to: 7) == .oneHot(at: 7, of: 3))
        let others = [
            DiscreteSite(coordinates: 2..<5, values: [[0, 1, 0], [1, 0, 0], [0, 0, 1]]),
            DiscreteSite(coordinates: 2..<5, values: [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]), .bit(at: 2),
        ]
        for other in others { #expect(other != listed && !other.isOneHot && other.moved(to: 9).value(1) == other.value(1)) }
    }

    @Test func `a value has its numbers, and the nearest one is found, the first of equal ones`() {
        let state: [Float] = [9, 0.2, 0.7, 0.7, 0.1, -0.4]
        let category = DiscreteSite.oneHot(at: 1, of: 4)
        #expect(
            (0..<4).map(category.value) == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] && category.index(in: state) == 1)
        let spin = DiscreteSite.bit(at: 5, -1, 1)
        #expect(
            spin.value(0) == [-1] && spin.number(1, at: 0) == 1 && spin.index(in: state) == 0
                && DiscreteSite.bit(at: 2).index(in: state) == 1)
        // The same as by distances.
        let listed = DiscreteSite(coordinates: 1..<5, values: (0..<4).map { category.value(3 - $0) })
        #expect(listed.index(in: state) == 1 && listed.value(1) == category.value(2))
    }

    @Test func `the largest distance of two values is that of the extremes`() {
        #expect(DiscreteSite.oneHot(at: 0, of: 5).largestSquaredDistance == 2 && DiscreteSite.bit(at: 0, -1, 1).largestSquaredDistance == 4)
        #expect(DiscreteSite(coordinates: 0..<1, values: [[0], [-2], [1]]).largestSquaredDistance == 9)
        #expect(DiscreteSite(coordinates: 0..<2, values: [[0, 0], [1, 0], [1, 2]]).largestSquaredDistance == 5)
    }

    /// Listed they would take 4 TiB.
    @Test func `a million words take no room`() {
        let site = DiscreteSite.oneHot(at: 0, of: 1 << 20)
        #expect(site.count == 1 << 20 && site.number(77, at: 77) == 1 && site.number(77, at: 78) == 0)
        #expect(DiscreteSite.oneHot(at: 3, of: 1 << 20).moved(to: 0) == site)
    }
}

import Charts
import Testing

@Suite struct BinsTests {
    @Test func `every value lies in the bin between its edges, the greatest in the last`() {
        let bins = Bins(0...4, count: 4)
        #expect(bins.edges == [0, 1, 2, 3, 4])
        let values: [Double] = [0, 0.5, 1, 3.9, 4, 4, .nan, 7]
        let counts: [Double] = [2, 1, 0, 3]
        #expect(bins.shares(of: values) == counts.map { $0 / 7 })
    }

    @Test func `bins of several series reach from the least to the greatest value`() throws {
        let bins = try #require(Bins(of: [[1, 2, 3], [10, .infinity], []]))
        #expect(bins.range == 1...10 && (16...64).contains(bins.count))
        #expect(Bins(of: [[.nan], []]) == nil)
    }

    @Test func `the width is that of Freedman and Diaconis where it lies within the limits`() throws {
        // 0 ... 999: quartiles 250 and 749, width 2 * 499 / 10 = 99.8.
        let bins = try #require(Bins(of: [(0..<1000).map(Double.init)], fewest: 4))
        #expect(bins.count == 11)
    }

    @Test func `values that are all alike have bins all the same`() throws {
        let bins = try #require(Bins(of: [[3, 3, 3]]))
        #expect(bins.range.contains(3) && bins.shares(of: [3, 3, 3]).max() == 1)
    }
}

import Charts
import Testing

@Suite struct SharesTests {
    @Test func `shares of stretches add up to one, and thinning loses no part of the whole`() {
        var shares = Shares(["a", "b"], limit: 4)
        for x in 1...100 { shares.append(Double(x), [1, x <= 50 ? 0 : 3]) }
        #expect(shares.totals == [100, 150])
        #expect(shares.stretches.count <= 4)
        #expect(shares.stretches.allSatisfy { abs($0.shares.reduce(0, +) - 1) < 1e-12 })
        #expect(shares.stretches.first?.shares == [1, 0] && shares.stretches.last?.shares == [0.25, 0.75])
        #expect(shares.stretches.last?.x == 100)
    }

    @Test func `a stretch of nothing has no shares`() {
        var shares = Shares(["a", "b"])
        shares.append(1, [0, 0])
        shares.append(2, [.nan, 1])
        #expect(shares.stretches.count == 1 && shares.stretches[0].shares == [0, 1])
    }
}

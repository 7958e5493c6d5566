import Measures
import Testing

@Suite struct ClassSharesTests {
    private static func rows(_ probabilities: [[Double]]) -> ClassifiedRows {
        ClassifiedRows(count: probabilities.count, features: [], probabilities: probabilities)
    }

    @Test func `rows belong to their most probable class, and more than 90 in 100 is sure`() {
        let rows = Self.rows([[0.95, 0.05, 0], [0.9, 0.1, 0], [0.2, 0.8, 0], [0.03, 0.97, 0], [1, 0, 0]])
        let shares = ClassShares(of: rows, labels: [4, 6, 9])
        #expect(shares.count == 5 && shares.sure.value == 0.6 && shares.classes.map(\.label) == [4, 6, 9])
        #expect(shares.classes.map(\.share.value) == [0.6, 0.4, 0])
        #expect(shares.classes[0].sure?.value == 2.0 / 3 && shares.classes[1].sure?.value == 0.5 && shares.classes[2].sure == nil)
    }

    @Test func `intervals are those of shares of so many rows`() {
        let rows = Self.rows((0..<400).map { $0 % 4 == 0 ? [0.99, 0.01] : [0.3, 0.7] })
        let share = ClassShares(of: rows, labels: [0, 1]).classes[0].share
        // ¼ ± 1.96 √(3/16 / 400), ends of 200 resamples to a tenth of the width.
        #expect(abs(share.interval.low - 0.2076) < 0.01 && abs(share.interval.high - 0.2924) < 0.01, "\(share)")
    }
}

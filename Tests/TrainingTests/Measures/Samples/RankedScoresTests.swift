import Measures
import Testing

@Suite struct RankedScoresTests {
    /// From the highest: 9 +, 8 -, 7 + +, 7 -, 5 -, 3 +, 1 -.
    private static let ranked = RankedScores(positives: [7, 3, 9, 7], negatives: [5, 8, 1, 7])

    @Test func `precision among the highest rows counts rows of one score in proportion`() {
        let ranked = Self.ranked
        #expect(ranked.precision(top: 1, ranked.once) == 1)
        #expect(ranked.precision(top: 2, ranked.once) == 0.5)
        // One of the three rows of score 7, two thirds of which are positives.
        #expect(abs(ranked.precision(top: 3, ranked.once) - (1 + 2.0 / 3) / 3) < 1e-15)
        #expect(ranked.precision(top: 5, ranked.once) == 3.0 / 5)
        #expect(ranked.precision(top: 8, ranked.once) == 0.5)
    }

    @Test func `a threshold lets through no more false alarms than it may`() {
        let ranked = Self.ranked
        // None of the four negatives: above 8 there is one positive.
        #expect(ranked.threshold(falseAlarms: 0.1, ranked.once) == (8, 0.25))
        // One of four: the next negative is among the rows of score 7.
        #expect(ranked.threshold(falseAlarms: 0.25, ranked.once) == (7, 0.25))
        // Two of four: 7 counts in full, 5 would be the third.
        #expect(ranked.threshold(falseAlarms: 0.5, ranked.once) == (5, 0.75))
    }

    @Test func `rows that count twice are as good as two rows`() {
        let twice = RankedScores.Counts(positives: [2, 0, 1, 1], negatives: [1, 2, 1, 0])
        let written = RankedScores(positives: [7, 7, 9, 7], negatives: [5, 8, 8, 1])
        let ranked = Self.ranked
        #expect(ranked.separation(twice) == written.separation(written.once))
        #expect(ranked.precision(top: 4, twice) == written.precision(top: 4, written.once))
        #expect(ranked.threshold(falseAlarms: 0.5, twice) == written.threshold(falseAlarms: 0.5, written.once))
        #expect(ranked.separation(ranked.once) == ScoreSeparation(positives: [7, 3, 9, 7], negatives: [5, 8, 1, 7]))
    }
}

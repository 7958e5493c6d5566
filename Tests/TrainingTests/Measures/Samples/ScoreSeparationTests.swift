import Measures
import Testing
import Training

@Suite struct ScoreSeparationTests {
    @Test func `lists that overlap have the areas that are counted by hand`() {
        // From the highest score: + - + -; three of four pairs in order; precision 1 at recall ½, ⅔ at recall 1.
        let mixed = ScoreSeparation(positives: [4, 2], negatives: [3, 1])
        #expect(mixed.auroc == 0.75 && abs(mixed.auprc - (0.5 + 0.5 * 2 / 3)) < 1e-15)
        let apart = ScoreSeparation(positives: [5, 6], negatives: [1, 2, 3])
        #expect(apart.auroc == 1 && apart.auprc == 1)
        // The three negatives come first: precision ¼, then ⅖.
        let wrong = ScoreSeparation(positives: [1, 2], negatives: [5, 6, 7])
        #expect(wrong.auroc == 0 && abs(wrong.auprc - (0.25 + 0.4) / 2) < 1e-15)
    }

    @Test func `equal scores are half in order, and one step of recall`() {
        let same = ScoreSeparation(positives: [1, 1, 1], negatives: [1])
        #expect(same.auroc == 0.5 && same.auprc == 0.75)
        // Pairs: 2 > 1, 2 = 2, 1 = 1, 1 < 2. At 2: one of each kind, precision ½ at recall ½; at 1 the same at recall 1.
        let half = ScoreSeparation(positives: [2, 1], negatives: [2, 1])
        #expect(half.auroc == 0.5 && half.auprc == 0.5)
        // 3 is above all; 2 above 1 and equal to 2: 3.5 of 4 pairs. Precision 1 at recall ½; two positives among three at recall 1.
        let some = ScoreSeparation(positives: [3, 2], negatives: [2, 1])
        #expect(some.auroc == 3.5 / 4 && abs(some.auprc - (0.5 + 0.5 * 2 / 3)) < 1e-15)
    }

    @Test func `an infinite score is above all others, and the order of rows does not matter`() {
        let scores = ScoreSeparation(positives: [.infinity, 0], negatives: [-1, 2])
        #expect(scores.auroc == 0.75)
        #expect(scores == ScoreSeparation(positives: [0, .infinity], negatives: [2, -1]))
    }
}

import RunReport
import Testing

@Suite struct PartTests {
    @Test func `the first and the last picture are always shown, those between evenly`() {
        #expect(RunPictures.chosen(of: [], most: 4) == [])
        #expect(RunPictures.chosen(of: [5], most: 4) == [5])
        #expect(RunPictures.chosen(of: [1, 2, 3], most: 4) == [1, 2, 3])
        #expect(RunPictures.chosen(of: Array(0..<9), most: 4) == [0, 4, 8])
        #expect(RunPictures.chosen(of: Array(0..<10), most: 4) == [0, 4, 8, 9])
    }

    @Test(arguments: 1...200) func `pictures of a longer training are among those of a shorter one, but for its last`(count: Int) {
        let (shorter, longer) = (RunPictures.chosen(of: Array(0..<count), most: 12), RunPictures.chosen(of: Array(0..<count + 1), most: 12))
        #expect(longer.count <= 12 && longer.last == count)
        #expect(Set(longer.dropLast()).subtracting(shorter).isEmpty)
    }

    @Test func `what to try is told apart from what was found`() {
        let warning = Finding(warning: "the chains are far; try a box (sampler.low) or less noise", kind: "departure")
        #expect(warning.level == .bad && warning.text == "The chains are far." && warning.advice == "a box (sampler.low) or less noise")
        let diagnosis = Finding(diagnosis: "bad:  R-hat is 2: chains differ. Try more sampler.steps, or restarts.")
        #expect(
            diagnosis.level == .bad && diagnosis.text == "R-hat is 2: chains differ."
                && diagnosis.advice == "more sampler.steps, or restarts.")
        let good = Finding(diagnosis: "good: the energy does not drift within the window.")
        #expect(good.level == .good && good.advice == nil && good.text == "The energy does not drift within the window.")
    }

    @Test func `a warning of a log that does not say its kind is grave`() {
        #expect(Finding(warning: "a", kind: nil).level == .bad && Finding(warning: "a", kind: "noise").level == .look)
    }
}

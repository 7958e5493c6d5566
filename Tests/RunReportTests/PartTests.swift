import RunReport
import Testing
import Training

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
        let warning = HealthWarning.finding("the chains are far; try a box (sampler.low) or less noise", kind: "departure")
        #expect(warning.found == "The chains are far." && warning.advice == "a box (sampler.low) or less noise")
        let diagnosis = Finding(.bad, "R-hat is 2: chains differ. Try more sampler.steps, or restarts.")
        #expect(diagnosis.found == "R-hat is 2: chains differ." && diagnosis.advice == "more sampler.steps, or restarts.")
        let good = Finding(.good, "the energy does not drift within the window.")
        #expect(good.advice == nil && good.found == "The energy does not drift within the window.")
    }
}

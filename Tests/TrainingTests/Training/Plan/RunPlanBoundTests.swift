import Testing

/// What is said of energies that nothing holds far from the data.
struct RunPlanBoundTests {
    private func isSaid(_ arguments: [String]) throws -> Bool {
        let unet = [
            "model.kind=unet", "model.channels=[3]", "model.kernels=[3]", "model.strides=[1]", "model.paddings=[1]", "data.source=digits",
        ]
        return try ScratchRun.train(["run.steps=1"] + unet + arguments, in: ScratchFolder().run()).joined(separator: " ").split(
            whereSeparator: \.isWhitespace
        ).joined(separator: " ").contains("may fall as fast as |x|² rises")
    }

    @Test func `an energy that may fall as |x|² is named before the first step, unless a box keeps its chains`() throws {
        #expect(try isSaid(["model.output=none"]))
        #expect(try isSaid(["model.output=none", "sampler.low=-1"]))
        #expect(try !isSaid(["model.output=none", "sampler.low=-1", "sampler.high=1"]))
        #expect(try !isSaid([]))
    }
}

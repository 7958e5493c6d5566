import Distributed
import Foundation
import Sampling
import Testing
import Training

/// The sampler's step size is adapted in the warm-up, the same on every rank, and stays afterwards.
struct StepSizeWarmUpTests {
    static let arguments = [
        "sampler.kind=mala", "sampler.stepSize=0.5", "sampler.adaptSteps=30", "run.steps=40", "report.every=1", "checkpoint.every=10",
        "checkpoint.keep=9",
    ]
    let scratch = ScratchFolder()

    @Test func `reports have the step size of each step; it moves in the warm-up and rests afterwards, where sample takes it from`() throws
    {
        let folder = scratch.run()
        try ScratchRun.train(Self.arguments, in: folder)
        let sizes = try folder.reports().map { try #require($0.samplerStepSize) }
        #expect(sizes.count == 40 && sizes[0] == 0.5 && Set(sizes[..<30]).count > 20 && Set(sizes[30...]).count == 1)
        let trained = try TrainedModel(folder)
        let kernel = try #require(trained.kernel(steps: 3) as? MALA)
        #expect(abs(Double(kernel.stepSize) - sizes[39]) < 1e-6 * sizes[39])
        // In the midst of the warm-up a checkpoint has the value that the next step would try.
        let early = try #require(try TrainedModel(folder, step: 10).kernel(steps: 3) as? MALA)
        #expect(abs(Double(early.stepSize) - sizes[10]) < 1e-6 * sizes[10])
    }

    @Test func `without a warm-up nothing is reported and nothing is saved`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["sampler.kind=mala"], in: folder)
        #expect(try folder.reports().allSatisfy { $0.samplerStepSize == nil && $0.acceptance != nil })
        #expect(try #require(TrainedModel(folder).kernel(steps: 3) as? MALA).stepSize == 0.05)
    }

    @Test func `stopped in the midst of the warm-up and continued, the bits are those of one run`() throws {
        let (whole, parts) = (scratch.run("whole"), scratch.run("parts"))
        try ScratchRun.train(Self.arguments, in: whole)
        for steps in [7, 23, 40] { try ScratchRun.train(Self.arguments + ["run.steps=\(steps)"], in: parts) }
        let (a, b) = (try whole.contents(ofStep: 40), try parts.contents(ofStep: 40))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] { #expect(a[name] == b[name], "\(name)") }
        #expect(try whole.reports().map(\.samplerStepSize) == parts.reports().map(\.samplerStepSize))
    }
}

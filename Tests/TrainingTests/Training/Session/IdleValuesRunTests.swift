import Configuration
import Distributed
import Foundation
import Testing
import Training

/// Runs of earlier versions, which let values of keys without effect pass and bound checkpoints to them.
struct IdleValuesRunTests {
    @Test func `a run with values of keys without effect goes on without them, and its folder keeps them`() throws {
        let scratch = ScratchFolder()
        let (whole, parts) = (scratch.run("whole"), scratch.run("parts"))
        let sgd = "optimizer.kind=sgd"
        try ScratchRun.train([sgd], in: whole)
        var former = try ScratchRun.configuration([sgd, "run.steps=4"])
        former.optimizer.beta2 = 0.5
        try TrainingRun(configuration: former, folder: parts, isQuiet: true).run(SoloCommunicator())
        // A save that comes to nothing: the earlier checkpoint, bound to the former values, has to do again.
        for _ in 0..<2 {
            try ScratchRun.train([sgd], in: parts)
            #expect(try parts.contents(ofStep: 8)["model.safetensors"] == whole.contents(ofStep: 8)["model.safetensors"])
            #expect(try String(contentsOfFile: parts.configuration, encoding: .utf8).contains("beta2: 0.5"))
            try FileManager.default.removeItem(atPath: parts.checkpoint(8))
        }
    }
}

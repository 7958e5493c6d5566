import Configuration
import Distributed
import Foundation
import Learning
import Testing
import Training

/// What looks at the model between steps.
@Suite struct EvaluatedModelTests {
    let scratch = ScratchFolder()

    private static let names = ["model.safetensors", "optimizer.safetensors", "chains.safetensors"]

    private func file(_ name: String, _ rows: Range<Int>) throws -> String {
        let path = "\(scratch.path)/\(name)"
        let text = rows.map { "\(Double($0 * 29 % 17) / 17),\(Double($0 * 11 % 5) / 5)" }.joined(separator: "\n")
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private static let variants = [
        [], ["optimizer.average=0.9", "sampler.precision=bfloat16"], ["objective.kind=denoisingScore", "objective.noise=0.3"],
    ]

    @Test(arguments: variants)
    func `the bits of model and chains are the same whatever looks at them`(_ variant: [String]) throws {
        let (off, on) = (scratch.run("off"), scratch.run("on"))
        let shared = ["data.source=\(try file("data.csv", 0..<60))"] + variant
        try ScratchRun.train(shared + ["report.html=false", "report.tensorboard=false", "report.every=1000"], in: off)
        try ScratchRun.train(
            shared + [
                "data.validation=\(try file("held.csv", 100..<120))", "evaluate.every=2", "evaluate.count=20", "samples.every=2",
                "report.every=1",
                "checkpoint.keepBest=slicedWasserstein",
            ] + (variant.contains("objective.kind=denoisingScore") ? [] : ["diagnostics.every=4", "diagnostics.draws=10"]), in: on)
        #expect(try on.reports().count == 8 && on.reports().allSatisfy { $0.validation != nil })
        let (first, second) = (try off.contents(ofStep: 8), try on.contents(ofStep: 8))
        for name in Self.names { #expect(first[name] != nil && first[name] == second[name], "\(name)") }
    }

    @Test func `what looks at the model is counted once, and not where nothing looks`() throws {
        func need(_ more: [String]) throws -> Int {
            MemoryNeed(try ScratchRun.trainer(["data.source=digits"] + more).plan, threads: 1, shards: 4).parameters
        }
        let off = ["report.html=false", "report.tensorboard=false"]
        let (nothing, one) = (try need(off), try need(["report.html=false"]))
        #expect(one == (try need(["evaluate.every=4", "data.validation=0.1"])), "all share the same weights")
        let plan = try ScratchRun.trainer(["data.source=digits"]).plan
        #expect(one - nothing > 4 * RunWeights.count(plan.networks, Precisions()))
    }

    @Test func `a latent prior has energies of held-out rows, the same on any number of ranks`() throws {
        let arguments = [
            "objective.kind=latentPrior", "data.source=digits", "model.referenceDeviation=null", "generator.latent=4",
            "generator.widths=[10]", "data.validation=0.1", "evaluate.every=4", "evaluate.count=16",
        ]
        let folder = scratch.run()
        try ScratchRun.train(arguments, in: folder)
        let energies = try folder.reports().map { try #require($0.validation) }
        #expect(energies.count == 4 && energies.allSatisfy { $0.gapError > 0 && $0.gap.isFinite })
        let line = try #require(try String(contentsOfFile: folder.evaluation, encoding: .utf8).split(separator: "\n").last)
        #expect(line.contains("\"energies\":{"))
        let other = scratch.run("on-3")
        _ = try ThreadRanks.run(3) { try ScratchRun.train(arguments, in: other, on: $0) }
        #expect(try other.timelessLines() == folder.timelessLines())
    }
}

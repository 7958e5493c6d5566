import Distributed
import Foundation
import Sampling
import Testing
import Training

/// The sampler's metric is adapted in windows of the warm-up, from the chains of all shards, and stays afterwards.
struct WarmUpTests {
    /// Windows of steps 4 to 26.
    static let arguments = [
        "sampler.kind=nuts", "sampler.stepSize=0.3", "sampler.treeDepth=4", "sampler.adaptSteps=30", "sampler.metric=diagonal",
        "run.steps=36",
        "report.every=1", "checkpoint.every=9", "checkpoint.keep=9",
    ]
    let scratch = ScratchFolder()

    @Test func `reports have the spread of the metric, trees and divergences; it rests after its window, where sample takes it from`()
        throws
    {
        let folder = scratch.run()
        try ScratchRun.train(Self.arguments, in: folder)
        let reports = try folder.reports()
        let spreads = try reports.map { try #require($0.metricSpread) }
        // The window ends behind step 27 of 30; the line of a step says what it was made with.
        #expect(spreads[..<27].allSatisfy { $0 == 1 } && Set(spreads[27...]).count == 1 && spreads[27] > 1)
        for report in reports {
            let (points, depth) = (try #require(report.treePoints), try #require(report.treeDepth))
            #expect(points >= 1 && points <= 15 && depth <= 4 && report.divergences != nil && report.acceptance! <= 1)
        }
        let trained = try TrainedModel(folder)
        let kernel = try #require(trained.kernel(steps: 3) as? NUTS)
        #expect(abs(kernel.metric!.spread / spreads[35] - 1) < 1e-9 && kernel.metric!.scales.count == 2)
        #expect(abs(Double(kernel.stepSize) / reports[35].samplerStepSize! - 1) < 1e-6)
        #expect(try #require(TrainedModel(folder, step: 9).kernel(steps: 3) as? NUTS).metric!.spread == 1)
    }

    @Test func `stopped in a window and continued, the bits are those of one run`() throws {
        let (whole, parts) = (scratch.run("whole"), scratch.run("parts"))
        try ScratchRun.train(Self.arguments, in: whole)
        for steps in [12, 29, 36] { try ScratchRun.train(Self.arguments + ["run.steps=\(steps)"], in: parts) }
        let (a, b) = (try whole.contents(ofStep: 36), try parts.contents(ofStep: 36))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] { #expect(a[name] == b[name], "\(name)") }
        #expect(try whole.reports().map(\.metricSpread) == parts.reports().map(\.metricSpread))
    }

    @Test func `ranks come to the same metric`() throws {
        let alone = scratch.run("1")
        try ScratchRun.train(Self.arguments, in: alone)
        for ranks in [2, 3, 4] {
            let folder = scratch.run("\(ranks)")
            _ = try ThreadRanks.run(ranks) { communicator in try ScratchRun.train(Self.arguments, in: folder, on: communicator) }
            let (a, b) = (try alone.contents(ofStep: 36), try folder.contents(ofStep: 36))
            for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] {
                #expect(a[name] == b[name], "\(ranks) \(name)")
            }
            #expect(try alone.reports().map(\.metricSpread) == folder.reports().map(\.metricSpread))
        }
    }

    @Test func `chains on the hot levels of a ladder do not count`() throws {
        let folder = scratch.run()
        try ScratchRun.train(Self.arguments + ["exchange.temperatures=[1, 50]", "run.steps=27", "report.every=27"], in: folder)
        let text = try Data(contentsOf: URL(fileURLWithPath: "\(folder.checkpoint(18))/manifest.json"))
        let manifest = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        let metric = try #require(manifest["metric"] as? [String: Any])
        // Steps 4 to 17, half of 24 chains.
        let count = try #require(metric["count"] as? Double)
        #expect(count == 168)
    }
}

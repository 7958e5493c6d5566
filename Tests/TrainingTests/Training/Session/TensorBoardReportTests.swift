import Configuration
import Foundation
import Learning
import TestSupport
import Testing
import Training

/// The event file of a run: its steps and values, stops and ranks.
@Suite struct TensorBoardReportTests {
    let scratch = ScratchFolder()

    private static let arguments = ["samples.every=4", "evaluate.every=4", "evaluate.count=20", "data.noise=0", "optimizer.average=0.9"]

    private func numbers() throws -> [String] {
        let rows = (0..<60).map { "\(Double($0 % 7) / 7),\(Double($0 % 5) / 5),\(Double($0 % 3) / 3)" }
        let path = "\(scratch.path)/numbers.csv"
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        return Self.arguments + ["data.source=\(path)"]
    }

    private func events(_ folder: RunFolder) throws -> [RecordedEvent] {
        try #require(RecordedEvent.read(folder.events)).map(\.timeless)
    }

    @Test func `an event holds what the reports of its step say, and with a picture histograms of energies and parameters`() throws {
        let folder = scratch.run()
        try ScratchRun.train(try numbers(), in: folder)
        let events = try events(folder)
        #expect(events.map(\.step) == [nil, 0, 2, 4, 6, 8])
        #expect(Set(events[1].values.keys) == ["configuration", "_hparams_/session_start_info"])
        for (event, report) in zip(events[2...], try folder.reports()) {
            #expect(event.step == report.step && event.scalar("train/energy_gap") == report.energyGap.map { Float($0) })
            #expect(event.scalar("train/gradient_norm") == Float(report.gradientNorm))
            #expect(event.values["seconds/sampling"] != nil && event.values["speed/evaluations_per_second"] != nil)
            let hasPicture = report.step % 4 == 0
            for tag in ["samples", "energy/data", "energy/samples", "parameters/layers.0.weight", "parameters/layers.4.bias"] {
                #expect((event.values[tag] != nil) == hasPicture, "\(tag) of step \(report.step)")
            }
            #expect((event.scalar("evaluation/samples/sliced_wasserstein") != nil) == hasPicture)
        }
    }

    @Test func `every number of ranks writes the same events, and so does a run that was killed and continued`() throws {
        let (arguments, whole) = (try numbers(), scratch.run("whole"))
        try ScratchRun.train(arguments, in: whole)
        let expected = try events(whole)
        for ranks in [2, 3] {
            let folder = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) }
            #expect(try events(folder) == expected, "\(ranks) ranks")
        }
        // As if killed before the checkpoint of step 8, in the midst of a record.
        try FileManager.default.removeItem(atPath: whole.checkpoint(8))
        let bytes = try Data(contentsOf: URL(filePath: whole.events))
        try (bytes + bytes.prefix(7)).write(to: URL(filePath: whole.events))
        try ScratchRun.train(arguments, in: whole)
        #expect(try events(whole) == expected)
        // As if killed before any checkpoint.
        for step in [4, 8] { try FileManager.default.removeItem(atPath: whole.checkpoint(step)) }
        try ScratchRun.train(arguments, in: whole)
        #expect(try events(whole) == expected)
    }

    @Test func `events change nothing else, and a run that writes none any more takes back those behind its checkpoint`() throws {
        let (plain, folder) = (scratch.run("plain"), scratch.run())
        let arguments = try numbers()
        try ScratchRun.train(arguments + ["report.tensorboard=false"], in: plain)
        #expect(try !RunFolder.isFile(plain.events))
        try ScratchRun.train(arguments, in: folder)
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] {
            #expect(try folder.contents(ofStep: 8)[name] == plain.contents(ofStep: 8)[name])
        }
        #expect(try folder.timelessLines() == plain.timelessLines())
        try FileManager.default.removeItem(atPath: folder.checkpoint(8))
        try ScratchRun.train(arguments + ["report.tensorboard=false"], in: folder)
        #expect(try events(folder).map(\.step) == [nil, 0, 2, 4])
    }

    @Test(arguments: ObjectiveVariants.all) func `every objective writes events, with energies where rows have such`(_ variant: [String])
        throws
    {
        let folder = scratch.run()
        try ScratchRun.train(variant + ["run.steps=1", "report.every=1"], in: folder)
        let (last, plan) = (try #require(try events(folder).last), try ScratchRun.trainer(variant).plan)
        #expect(last.step == 1 && last.values["samples"] != nil && last.values["train/gradient_norm"] != nil)
        let hasEnergy = plan.profile.model.energy != .none
        #expect((last.values["energy/data"] != nil) == hasEnergy)
        #expect((last.values["energy/samples"] != nil) == (hasEnergy && plan.configuration.condition.kind == .none))
    }
}

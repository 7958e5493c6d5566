import Distributed
import Failures
import Formats
import Foundation
import Testing
import Training

/// A checkpoint is whole or absent, bound to its run, and continues to the same bits.
struct CheckpointTests {
    let scratch = ScratchFolder()

    /// A run without a stop, against which continued ones are compared.
    private func reference(_ arguments: [String] = []) throws -> RunFolder {
        let folder = scratch.run("reference")
        try ScratchRun.train(arguments, in: folder)
        return folder
    }

    @Test(
        arguments: TrainerTests.variants + TrainerTests.conditional + [TrainerTests.shared, ["run.reduction=float"]],
        [1, 3, 4, 7])
    func `every stop and continuation ends with the same files as no stop`(arguments: [String], split: Int) throws {
        let whole = try reference(arguments)
        let folder = scratch.run()
        try ScratchRun.train(arguments + ["run.steps=\(split)"], in: folder)
        try ScratchRun.train(arguments, in: folder)
        #expect(try strip(folder.contents(ofStep: 8)) == strip(whole.contents(ofStep: 8)))
        // The end of the first part writes a line of its own.
        let kept = try folder.reports().filter { $0.step % 2 == 0 }
        #expect(try kept.map(numbers) == whole.reports().map(numbers))
    }

    @Test(arguments: [(1, 3, 2), (3, 1, 1), (2, 4, 1)])
    func `a run continues on other numbers of ranks and threads to the same files`(first: Int, second: Int, threads: Int) throws {
        let whole = try reference()
        let folder = scratch.run()
        _ = try ThreadRanks.run(first) { try ScratchRun.train(["run.steps=3"], in: folder, on: $0) }
        _ = try ThreadRanks.run(second) { try ScratchRun.train(["run.threads=\(threads)"], in: folder, on: $0) }
        #expect(try strip(folder.contents(ofStep: 8)) == strip(whole.contents(ofStep: 8)))
    }

    /// What does not depend on the length of the log, which holds times.
    private func strip(_ files: [String: [UInt8]]) -> [String: [UInt8]] {
        var files = files
        files["manifest.json"] = nil
        return files
    }

    private func numbers(_ report: StepReport) -> [Double?] {
        [
            Double(report.step), report.dataEnergy, report.sampleEnergy, report.energyGap, report.chainGradientNorm, report.gradientNorm,
            report.displacement, report.bufferAge, report.saturation, report.learningRate,
        ]
    }

    @Test func `the files are complete and named in the manifest with their sizes and checksums`() throws {
        let folder = try reference()
        let contents = try folder.contents(ofStep: 8)
        #expect(contents.keys.sorted() == ["chains.safetensors", "manifest.json", "model.safetensors", "optimizer.safetensors"])
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(contents["manifest.json"] ?? []))
        #expect(manifest.step == 8 && manifest.updates == 8 && manifest.guardState == GuardState() && manifest.chains.shards.count == 4)
        for (name, entry) in manifest.files {
            #expect(entry.bytes == contents[name]?.count)
            if let checksum = entry.checksum { #expect(checksum == Checksum.of(contents[name] ?? [])) }
        }
        let header = try Safetensors("\(folder.checkpoint(8))/chains.safetensors").header
        #expect(Checksum.of(header.bytes) == manifest.chains.header)
    }

    @Test func `the newest two checkpoints are kept, and those with a file named KEEP`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["run.steps=2", "checkpoint.every=1"], in: folder)
        #expect(try folder.steps() == [2, 1])
        _ = FileManager.default.createFile(atPath: "\(folder.checkpoint(1))/KEEP", contents: nil)
        try ScratchRun.train(["run.steps=6", "checkpoint.every=1"], in: folder)
        #expect(try folder.steps() == [6, 5, 1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.checkpoints).count == 3)
        try ScratchRun.train(["run.steps=7", "checkpoint.every=1", "checkpoint.keep=3"], in: folder)
        #expect(try folder.steps() == [7, 6, 5, 1])
    }

    @Test func `a committed step is never written again`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        let before = try folder.contents(ofStep: 8)
        let trainer = try ScratchRun.trainer()
        let store = try CheckpointStore(trainer.plan, folder)
        _ = try store.loadNewest(trainer, trainer.communicator)
        try store.save(trainer, Manifest.Reports(metricsBytes: 12345), trainer.communicator)
        #expect(try folder.contents(ofStep: 8) == before)
    }

    @Test func `leftovers of a killed save are removed, also when they are in the way of the next one`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["run.steps=4"], in: folder)
        for step in [6, 8] {
            try FileManager.default.createDirectory(atPath: folder.partial(step), withIntermediateDirectories: true)
            _ = FileManager.default.createFile(atPath: "\(folder.partial(step))/chains.safetensors", contents: Data("half".utf8))
        }
        try ScratchRun.train(in: folder)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.checkpoints).sorted() == ["step-00000004", "step-00000008"])
        #expect(try strip(folder.contents(ofStep: 8)) == strip(reference().contents(ofStep: 8)))
        // In the way of a save itself, without a start that cleans up.
        let trainer = try ScratchRun.trainer()
        _ = try trainer.step(stop: false)
        let other = scratch.run("other")
        try FileManager.default.createDirectory(atPath: other.partial(1), withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: "\(other.partial(1))/chains.safetensors", contents: Data("half".utf8))
        try CheckpointStore(trainer.plan, other).save(trainer, Manifest.Reports(metricsBytes: 0), trainer.communicator)
        #expect(try other.contents(ofStep: 1).count == 4)
    }
}

import Distributed
import Failures
import Formats
import Foundation
import Numerics
import Testing
import Training

/// Every kind of damage is found and named, the newest whole checkpoint is used, and the run ends with the same bits.
struct DamagedCheckpointTests {
    let scratch = ScratchFolder()

    enum Damage: String, CaseIterable {
        case flippedBit, truncated, longer, empty, missing, gzip, folder

        func apply(to path: String) throws {
            let url = URL(fileURLWithPath: path)
            var bytes = Array(try Data(contentsOf: url))
            switch self {
            case .flippedBit: bytes[bytes.count / 2] ^= 0x10
            case .truncated: bytes.removeLast(7)
            case .longer: bytes.append(0)
            case .empty: bytes = []
            case .gzip: bytes.replaceSubrange(0..<2, with: [0x1f, 0x8b])
            case .missing, .folder: try FileManager.default.removeItem(at: url)
            }
            switch self {
            case .missing: break
            case .folder: try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            default: try Data(bytes).write(to: url)
            }
        }
    }

    static let files = ["manifest.json", "model.safetensors", "optimizer.safetensors", "chains.safetensors"]

    @Test(
        arguments: files,
        Damage.allCases)
    func `a damaged newest checkpoint is named and set aside, and the run goes on from the one before to the same bits`(
        file: String, damage: Damage
    ) throws {
        let (whole, folder) = (scratch.run("whole"), scratch.run())
        try ScratchRun.train(in: whole)
        try whole.copy(to: folder)
        try damage.apply(to: "\(folder.checkpoint(8))/\(file)")
        let lines = try ScratchRun.train(in: folder)
        let named = lines.first { $0.contains("passed over the checkpoint of step 8") }
        #expect(named?.contains(folder.checkpoint(8)) == true, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("continuing at step 4") })
        for name in Self.files.dropFirst() { #expect(try folder.contents(ofStep: 8)[name] == whole.contents(ofStep: 8)[name], "\(name)") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.checkpoints).contains("step-00000008.aside"))
        #expect(lines.contains { $0.hasPrefix("set aside in \(folder.checkpoints): step-00000008.aside") }, "\(lines)")
        // Whole again: the next start finds nothing to pass over.
        #expect(try ScratchRun.train(in: folder).contains { $0.contains("passed over") } == false)
    }

    @Test(arguments: [1, 2])
    func `when all checkpoints are damaged the run does not start anew over them, and nothing is changed`(ranks: Int) throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        for step in [4, 8] { try Damage.truncated.apply(to: "\(folder.checkpoint(step))/chains.safetensors") }
        let refused = failure { _ = try ThreadRanks.run(ranks) { try ScratchRun.train(in: folder, on: $0) } }
        #expect(refused?.kind == .checkpoint)
        for step in [4, 8] { #expect(refused?.message.contains(folder.checkpoint(step)) == true) }
        #expect(try folder.steps() == [8, 4])
    }

    @Test func `every flipped bit of a checkpoint is found`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        let trainer = try ScratchRun.trainer()
        let store = try CheckpointStore(trainer.plan, folder)
        let random = RandomStream(seed: 1, purpose: .test, step: 0, index: 0)
        for draw in 0..<400 {
            let path = "\(folder.checkpoint(8))/\(Self.files[draw % 4])"
            let url = URL(fileURLWithPath: path)
            let whole = Array(try Data(contentsOf: url))
            var bytes = whole
            let bit = random.integer(below: 8 * bytes.count, at: draw)
            bytes[bit / 8] ^= 1 << (bit % 8)
            try Data(bytes).write(to: url)
            let loaded = try store.loadNewest(trainer, trainer.communicator)
            #expect(
                loaded?.manifest.step == 4 && loaded?.remarks.first?.contains("step-00000008") == true,
                "bit \(bit) of \(path)")
            // The folder was set aside, or, where the damage was not seen, not.
            if try RunFolder.isFile("\(folder.checkpoint(8)).aside") {
                try FileManager.default.moveItem(atPath: "\(folder.checkpoint(8)).aside", toPath: folder.checkpoint(8))
            }
            try Data(whole).write(to: url)
        }
        #expect(try store.loadNewest(trainer, trainer.communicator)?.manifest.step == 8)
    }

    @Test(arguments: [
        (#""updates" : 8"#, #""updates" : 9223372036854775807"#), (#""updates" : 8"#, #""updates" : -1"#),
        (#""rollbacks" : 0"#, #""rollbacks" : 70"#), (#""consecutiveSkips" : 0"#, #""consecutiveSkips" : 9223372036854775807"#),
        (#""skips" : 0"#, #""skips" : -3"#), (#""metricsBytes" : "#, #""metricsBytes" : -"#), (#""format" : 2"#, #""format" : 3"#),
        (#""format" : 2"#, #""format" : 0"#),
        (#""step" : 8"#, #""step" : 4"#),
        (#""step" : 8"#, #""step" : 8, "stepSize" : {"averageLogFactor" : 0, "count" : 0, "logFactor" : 0, "meanError" : 0}"#),
    ])
    func `numbers that no run leaves behind are refused even with a right checksum`(old: String, new: String) throws {
        try refuse(old, new)
    }

    @Test(arguments: [(#""count" : 5"#, #""count" : 9223372036854775807"#), (#""count" : 5"#, #""count" : 9"#), ("stepSize", "stepsize")])
    func `an adaptation of the step size that the run cannot have made is refused`(old: String, new: String) throws {
        try refuse(old, new, ["sampler.kind=mala", "sampler.adaptSteps=5"])
    }

    // A window of steps 3 to 17: the states of 24 chains in five steps.
    @Test(arguments: [
        (#""count" : 120"#, #""count" : -120"#), (#""squares" : ["#, #""squares" : [1, "#), (#""mean" : ["#, #""mean" : [0, "#),
        (#""scales" : ["#, #""scales" : [0, 1], "former" : ["#), (#""squares" : ["#, #""squares" : [-1, 1], "former" : ["#),
        (#""metric" : {"#, #""measure" : {"#),
    ])
    func `an adaptation of the metric that the run cannot have made is refused`(old: String, new: String) throws {
        try refuse(old, new, ["sampler.kind=nuts", "sampler.treeDepth=3", "sampler.adaptSteps=20", "sampler.metric=diagonal"])
    }

    /// Changes a manifest and its checksum, and expects that the run passes over it.
    private func refuse(_ old: String, _ new: String, _ arguments: [String] = []) throws {
        let folder = scratch.run()
        try ScratchRun.train(arguments, in: folder)
        let path = "\(folder.checkpoint(8))/manifest.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        let changed = text.replacingOccurrences(of: old, with: new)
        // The checksum of the changed text with sixteen zeros in its place.
        let manifest = try JSONDecoder().decode([String: Either].self, from: Data(text.utf8))
        guard case .text(let stored)? = manifest["manifestChecksum"] else { throw Failure(.software, "no checksum") }
        let blank = changed.replacingOccurrences(of: stored, with: String(repeating: "0", count: 16))
        try Data(changed.replacingOccurrences(of: stored, with: Checksum.of(Array(blank.utf8))).utf8).write(to: URL(fileURLWithPath: path))
        let lines = try ScratchRun.train(arguments, in: folder)
        let named = lines.first { $0.contains("passed over the checkpoint of step 8") }
        #expect(named?.contains("manifest.json") == true && named?.contains("checksum") == false, "\(lines)")
    }

    private enum Either: Decodable {
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            self = (try? decoder.singleValueContainer().decode(String.self)).map { .text($0) } ?? .other
        }
    }

    @Test func `a checkpoint of another configuration, of other data or of a renamed folder is not taken`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        for (arguments, word) in [(["run.seed=2"], "another configuration"), (["data.source=rings"], "other data")] {
            let trainer = try ScratchRun.trainer(arguments)
            let refused = failure { _ = try CheckpointStore(trainer.plan, folder).loadNewest(trainer, trainer.communicator) }
            #expect(refused?.kind == .checkpoint && refused?.message.contains(word) == true, "\(refused?.message ?? "")")
        }
        try FileManager.default.moveItem(atPath: folder.checkpoint(8), toPath: folder.checkpoint(9))
        let lines = try ScratchRun.train(["run.steps=10"], in: folder)
        #expect(lines.contains { $0.contains("expected step 9, found 8") })
    }

    @Test func `changed data under the same name are noticed`() throws {
        let (folder, path) = (scratch.run(), "\(scratch.path)/rows.csv")
        func write(_ last: String) throws { try Data("1,2\n3,4\n5,\(last)\n".utf8).write(to: URL(fileURLWithPath: path)) }
        try write("6")
        try ScratchRun.train(["data.source=\(path)"], in: folder)
        try write("7")
        let refused = failure { try ScratchRun.train(["data.source=\(path)", "run.steps=9"], in: folder) }
        #expect(refused?.kind == .runFolder && refused?.message.contains("other data than \(path)") == true, "\(refused?.message ?? "")")
    }
}

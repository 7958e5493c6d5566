import Commands
import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Testing
import Training

/// The digest of its data binds a run to them, not their path.
@Suite struct MovedDataTests {
    private let scratch = ScratchFolder()
    private var data: String { "\(scratch.path)/data.npy" }
    private var moved: String { "\(scratch.path)/moved.npy" }

    private func write(_ path: String, shift: Float = 0) throws {
        let values = (0..<80).map { Float($0 * 29 % 17) / 9 + shift }
        try AtomicFile.write(NPY.encode(NumericArray(shape: [40, 2], .float32(values))), to: path)
    }

    private func move() throws { try FileManager.default.moveItem(atPath: data, toPath: moved) }

    @Test(arguments: [1, 3]) func `a run whose data have moved continues to the same bits, and names their new place`(ranks: Int) throws {
        try write(data)
        try ScratchRun.train(["data.source=\(data)"], in: scratch.run("whole"))
        let folder = scratch.run("stopped")
        try ScratchRun.train(["data.source=\(data)", "run.steps=4"], in: folder)
        try move()
        let path = moved
        _ = try ThreadRanks.run(ranks) { try ScratchRun.train(["data.source=\(path)"], in: folder, on: $0) }
        let (found, whole) = (try folder.contents(ofStep: 8), try scratch.run("whole").contents(ofStep: 8))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] { #expect(found[name] == whole[name], "\(name)") }
        #expect(try String(contentsOfFile: folder.configuration, encoding: .utf8).contains(moved))
    }

    @Test(arguments: [1, 3]) func `other data are refused before anything is touched, by all ranks alike`(ranks: Int) throws {
        try write(data)
        let folder = scratch.run()
        try ScratchRun.train(["data.source=\(data)"], in: folder)
        try FileManager.default.createDirectory(atPath: "\(folder.checkpoints)/.step-9.partial", withIntermediateDirectories: false)
        let configuration = try String(contentsOfFile: folder.configuration, encoding: .utf8)
        try write(moved, shift: 1)
        let path = moved
        let found = failure {
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(["data.source=\(path)", "run.steps=12"], in: folder, on: $0) }
        }
        #expect(found?.kind == .runFolder, "\(found?.message ?? "")")
        for text in ["other data", data, moved, "digest"] { #expect(found?.message.contains(text) == true, "\(found?.message ?? "")") }
        #expect(FileManager.default.fileExists(atPath: "\(folder.checkpoints)/.step-9.partial"))
        #expect(try folder.steps() == [8, 4])
        #expect(try String(contentsOfFile: folder.configuration, encoding: .utf8) == configuration)
    }

    @Test func `a run whose data have moved is measured by naming them, and says so otherwise`() throws {
        try write(data)
        let folder = scratch.run()
        try ScratchRun.train(["data.source=\(data)"], in: folder)
        func measures(_ data: String?) throws -> NSDictionary {
            let output = "\(scratch.path)/m.json"
            _ = try EvaluateCommand(folder: folder.path, start: .noise, count: 10, data: data, output: output).run(SoloCommunicator())
            let report = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: output))) as? [String: Any]
            return try #require((report?["samples"] as? [String: Any])?["samples"] as? NSDictionary)
        }
        let before = try measures(nil)
        try move()
        #expect(try measures(moved) == before)
        try write("\(scratch.path)/other.npy", shift: 1)
        for other in [nil, "\(scratch.path)/other.npy"] {
            let refused = failure { _ = try measures(other) }
            #expect(
                refused?.kind == .missingInput && refused?.message.contains("by --data") == true, "\(refused?.message ?? "")")
        }
    }

    @Test func `a checkpoint that is bound to the place of its data, as earlier versions had it, continues`() throws {
        try write(data)
        let folder = scratch.run()
        try ScratchRun.train(["data.source=\(data)", "run.steps=4"], in: folder)
        let former = try ScratchRun.configuration(["data.source=\(data)", "run.steps=4"]).mathematics(withPlaces: true)
        try folder.editManifest(ofStep: 4) { $0["configuration"] = Checksum.of(Array(former.utf8)) }
        try move()
        try ScratchRun.train(["data.source=\(moved)"], in: folder)
        #expect(try folder.steps() == [8, 4])
        // That of another run is not taken for it.
        try folder.editManifest(ofStep: 8) { $0["configuration"] = String(repeating: "1", count: 16) }
        try folder.editManifest(ofStep: 4) { $0["configuration"] = String(repeating: "1", count: 16) }
        let refused = failure { try ScratchRun.train(["data.source=\(moved)", "run.steps=9"], in: folder) }
        #expect(refused?.kind == .checkpoint && refused?.message.contains("another configuration") == true, "\(refused?.message ?? "")")
    }

    @Test func `columns that lose their values and classes without rows are named before the first step`() throws {
        let table = "\(scratch.path)/t.csv"
        let rows = (0..<60).map { "1.0000000\($0 + 10),\($0 % 5),\(1 + $0 % 3)\n" }.joined()
        try AtomicFile.write(Array(("time,x,class\n" + rows).utf8), to: table)
        let arguments =
            VariationalTeachingTests.teaching + [
                "data.source=\(table)", "data.labelColumn=last", "condition.kind=label", "data.noise=0", "run.steps=1", "samples.columns=1",
            ]
        let told = try ScratchRun.train(arguments, in: scratch.run()).joined(separator: "\n")
        #expect(told.contains("column 1 (time) has 60 different values, 2 of them left as 32-bit floats"), "\(told)")
        #expect(told.contains("class 0 has no rows"), "\(told)")
        // Samples have the classes 1, 2 and 3 in turns: those of a class by itself are the same.
        func samples(_ label: Int?) throws -> [Float] {
            let output = "\(scratch.path)/s.npy"
            _ = try SampleCommand(folder: scratch.run().path, count: 6, steps: 0, start: .generator, output: output, label: label)
                .run(SoloCommunicator())
            return try NPY.decode(FileBytes.read(output), name: "s").values.floats
        }
        let turns = try samples(nil)
        for label in 1...3 {
            let alone = try samples(label)
            for row in stride(from: label - 1, to: 6, by: 3) { #expect(turns[2 * row..<2 * row + 2] == alone[2 * row..<2 * row + 2]) }
        }
        let refused = failure { _ = try samples(0) }
        #expect(refused?.kind == .usage && refused?.message.contains("class 0 has no rows") == true, "\(refused?.message ?? "")")
    }
}

import Commands
import Configuration
import Distributed
import Failures
import Formats
import Foundation
import TestSupport
import Testing
import Training

/// Where rows stand makes no difference to what is learned.
@Suite struct DataMemoryTests {
    private static let fixtures = Fixture.path("formats")
    private let scratch = ScratchFolder()

    private func write(_ name: String, _ shape: [Int], _ values: NumericArray.Values) throws -> String {
        let path = "\(scratch.path)/\(name)"
        try AtomicFile.write(NPY.encode(NumericArray(shape: shape, values)), to: path)
        return path
    }

    private var doubles: [Double] {
        (0..<160).map { (index: Int) -> Double in
            let (fine, coarse) = (Double(index * 29 % 37) / 7, Double(index % 5))
            return 1e9 + fine + coarse
        }
    }

    /// The bits that a run leaves.
    private func bits(_ name: String, _ ranks: Int, perNode: Int? = nil, _ arguments: [String]) throws -> [String: [UInt8]] {
        let folder = scratch.run("\(name)-\(ranks)")
        _ = try ThreadRanks.run(ranks, perNode: perNode) { try ScratchRun.train(arguments, in: folder, on: $0) }
        return try folder.contents(ofStep: 8).filter { $0.key.hasSuffix("safetensors") }
    }

    @Test func `a copy in every rank, one a node and none train to the same bits on any number of ranks`() throws {
        let share = ["data.validation=0.2", "evaluate.every=4"]
        var cases: [(path: String, arguments: [String], inFile: Bool)] = [
            (try write("f8.npy", [40, 4], .float64(doubles)), share + ["data.standardize=true"], true),
            (try write("f4.npy", [40, 4], .float32(doubles.map { Float($0 - 1e9) })), share + ["data.standardize=true"], true),
            (try write("u1.npy", [20, 2, 4], .uint8((0..<160).map { UInt8($0) })), share, true),
            ("\(Self.fixtures)/big-endian.npy", [], true), ("\(Self.fixtures)/padded.csv.gz", ["data.standardize=true"], false),
        ]
        if OptionalLibrary.hdf5.isThere { cases += [("\(Self.fixtures)/table.h5", share, true)] }
        for (path, arguments, inFile) in cases {
            let name = (path as NSString).lastPathComponent
            let own = ["data.source=\(path)"] + arguments
            let expected = try bits("\(name)-rank", 1, own + ["data.memory=rank"])
            #expect(expected.count == 3)
            for ranks in [1, 3] {
                #expect(
                    try bits("\(name)-node", ranks, perNode: 2, own + ["data.memory=node"]) == expected, "\(name), a copy a node, \(ranks)")
                guard inFile else { continue }
                #expect(try bits("\(name)-file", ranks, own + ["data.memory=file"]) == expected, "\(name), in the file, \(ranks)")
            }
        }
    }

    @Test func `measures, energies and samples are the same, and so is a continuation with the rows elsewhere`() throws {
        let path = try write("f8.npy", [40, 4], .float64(doubles))
        let arguments = ["data.source=\(path)", "data.standardize=true", "data.validation=0.2"]
        try ScratchRun.train(arguments + ["data.memory=rank"], in: scratch.run("rank"))
        try ScratchRun.train(arguments + ["data.memory=file", "run.steps=4"], in: scratch.run("file"))
        for memory in ["node", "file"] { try ScratchRun.train(arguments + ["data.memory=\(memory)"], in: scratch.run("file")) }
        let (held, stored) = (try scratch.run("rank").contents(ofStep: 8), try scratch.run("file").contents(ofStep: 8))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] { #expect(held[name] == stored[name], "\(name)") }
        func outputs(_ run: String) throws -> [[UInt8]] {
            let (energies, measures) = ("\(scratch.path)/\(run).npy", "\(scratch.path)/\(run).json")
            _ = try EnergyCommand(folder: scratch.run(run).path, input: path, output: energies).run(SoloCommunicator())
            _ = try EvaluateCommand(folder: scratch.run(run).path, start: .noise, count: 10, data: path, output: measures).run(
                SoloCommunicator())
            let values = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: measures))) as? [String: Any]
            let samples = try #require(values?["samples"])
            return [
                try FileBytes.read(energies), Array(try JSONSerialization.data(withJSONObject: samples, options: .sortedKeys)),
            ]
        }
        #expect(try outputs("rank") == outputs("file"))
    }

    @Test
    func `what was found of the file is kept beside the run, taken as long as size and time are its own, and a changed file is refused`()
        throws
    {
        let path = try write("f4.npy", [40, 4], .float32(doubles.map { Float($0 - 1e9) }))
        let (folder, arguments) = (scratch.run(), ["data.source=\(path)", "data.memory=file"])
        try ScratchRun.train(arguments + ["run.steps=4"], in: folder)
        let kept = "\(folder.path)/data.json"
        let text = try String(contentsOfFile: kept, encoding: .utf8)
        let digest = try #require(text.firstMatch(of: /"digest" : "([0-9a-f]{16})"/)?.1)
        // Nobody reads the rows again: what stands here is believed.
        try AtomicFile.write(Array(text.replacing(digest, with: "0123456789abcdef").utf8), to: kept)
        let believed = failure { try ScratchRun.train(arguments, in: folder) }
        #expect(believed?.kind == .runFolder && believed?.message.contains("other data") == true, "\(believed?.message ?? "")")
        // Another time, and it is no more.
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: path)
        try ScratchRun.train(arguments + ["run.steps=6"], in: folder)
        #expect(try String(contentsOfFile: kept, encoding: .utf8).contains(digest))
        // Damage is no reason to stop.
        try AtomicFile.write(Array("[{".utf8), to: kept)
        try ScratchRun.train(arguments, in: folder)
        _ = try write("f4.npy", [40, 4], .float32(doubles.map { Float($0 - 1e9 + 1) }))
        let refused = failure { try ScratchRun.train(arguments + ["run.steps=12"], in: folder) }
        #expect(refused?.kind == .runFolder && refused?.message.contains("other data") == true, "\(refused?.message ?? "")")
    }

    @Test func `the first screen says where the rows stand, and what a rank holds of them`() throws {
        let path = try write(
            "f4.npy", [40_000, 4], .float32((0..<160_000).map { Float($0 % 7) }))
        func screen(_ memory: String, ranks: Int = 1) throws -> String {
            let folder = scratch.run("screen-\(memory)")
            let own = ["data.source=\(path)", "run.steps=1", "data.memory=\(memory)"]
            return try ThreadRanks.run(ranks) { try ScratchRun.train(own, in: folder, on: $0) }[0].joined(separator: "\n")
        }
        let (held, node, file) = (try screen("rank"), try screen("node", ranks: 2), try screen("file"))
        #expect(held.contains("in the memory of every rank") && held.contains("data 0.6 MiB"), "\(held)")
        #expect(
            node.contains("one copy a node") && node.contains("data 0.0 MiB") && node.contains("0.6 MiB a node for the data"), "\(node)")
        #expect(file.contains("read from the file when they are wanted") && file.contains("data 0.0 MiB"), "\(file)")
    }

    @Test func `a rank whose rows are lost ends the run with a message, and the checkpoint before stays`() throws {
        let path = try write("f4.npy", [400, 4], .float32((0..<1600).map { Float($0 % 7) }))
        let folder = scratch.run()
        let lost = failure {
            var run = TrainingRun(
                configuration: try ScratchRun.configuration([
                    "data.source=\(path)", "data.memory=file", "run.steps=5000", "checkpoint.every=2",
                ]),
                folder: folder, isQuiet: true)
            // From before a step on, once there is a checkpoint.
            run.isStopRequested = {
                if (try? folder.steps().first ?? 0) ?? 0 >= 2 {
                    try? FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 200)
                }
                return false
            }
            try run.run(SoloCommunicator())
        }
        #expect(lost?.kind == .inputOutput && lost?.message.contains("the file has become shorter") == true, "\(lost?.message ?? "")")
        #expect(try #require(folder.steps().first) >= 2)
    }
}

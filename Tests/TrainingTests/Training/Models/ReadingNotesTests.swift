import Commands
import Distributed
import Formats
import Foundation
import Testing
import Training

/// How a file that a command is given was read is said, whatever the command.
struct ReadingNotesTests {
    private let scratch = ScratchFolder()

    private func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

    private static let note = "commas are read as decimal points"

    @Test func `every command that is given rows says how it read them`() throws {
        let table = path("t.csv")
        let lines = (0..<20).map { "\($0 % 3),5;-\($0 % 7),25\n" }
        try AtomicFile.write(Array(("a;b\n" + lines.joined()).utf8), to: table)
        let run = scratch.run()
        try ScratchRun.train(["data.source=\(table)", "data.noise=0"], in: run)
        let texts = [
            try EnergyCommand(folder: run.path, input: table, output: path("e.npy")).run(SoloCommunicator()),
            try EvaluateCommand(folder: run.path, samples: table).run(SoloCommunicator()),
            try EvaluateCommand(folder: run.path, data: table).run(SoloCommunicator()),
            try EvaluateCommand(folder: run.path, outliers: table).run(SoloCommunicator()),
        ]
        for text in texts { #expect(text.components(separatedBy: "note: \(table): \(Self.note)").count == 2, "\(text)") }
        let drawn = try EvaluateCommand(folder: run.path, steps: 1, count: 8).run(SoloCommunicator())
        #expect(!drawn.contains("note:"), "what training said of its own data is not said again: \(drawn)")
    }

    @Test func `data of fewer rows than a step takes are trained on, with a sentence`() throws {
        let table = path("few.csv")
        try AtomicFile.write(Array("x,y\n1,2\n3,5\n-1,0\n".utf8), to: table)
        let lines = try ScratchRun.train(["data.source=\(table)", "data.noise=0"], in: scratch.run())
        let note = "the data have 3 rows, and a step takes 24"
        #expect(lines.contains { $0.contains(note) } && lines.contains { $0.contains("model.safetensors") }, "\(lines)")
        let enough = path("enough.csv")
        try AtomicFile.write(Array(("x,y\n" + (0..<24).map { "\($0),\($0 * $0 % 7)\n" }.joined()).utf8), to: enough)
        let more = try ScratchRun.train(["data.source=\(enough)", "data.noise=0"], in: scratch.run("more"))
        #expect(!more.contains { $0.contains("a step takes") })
    }

    @Test func `a table of samples whose first column begins with a comment's mark is read again`() throws {
        let table = path("marked.csv")
        try AtomicFile.write(Array(("\"#x\",y\n" + (0..<30).map { "\($0 % 5),\($0 % 7)\n" }.joined()).utf8), to: table)
        let run = scratch.run()
        try ScratchRun.train(["data.source=\(table)", "data.noise=0"], in: run)
        let samples = path("s.csv")
        _ = try SampleCommand(folder: run.path, count: 6, steps: 1, output: samples).run(SoloCommunicator())
        #expect(String(decoding: try FileBytes.read(samples).prefix(7), as: UTF8.self) == "\"#x\",y\n")
        _ = try EnergyCommand(folder: run.path, input: samples, output: path("e.npy")).run(SoloCommunicator())
    }

    @Test func `images by themselves that are a condition have their notes`() throws {
        let run = scratch.run()
        try ScratchRun.train(
            VariationalTeachingTests.teaching + ["data.source=digits", "data.noise=0", "condition.kind=image", "condition.source=digits"],
            in: run)
        let told = path("told.npy")
        let pixels = (0..<4 * 64).map { Int64($0 % 2) }
        try AtomicFile.write(NPY.encode(NumericArray(shape: [4, 8, 8], .int64(pixels))), to: told)
        let text = try SampleCommand(folder: run.path, count: 4, steps: 1, output: path("s.npy"), images: told).run(SoloCommunicator())
        #expect(text.contains("note: --condition \(told): the whole numbers 0 to 1 are read as the lowest"), "\(text)")
    }
}

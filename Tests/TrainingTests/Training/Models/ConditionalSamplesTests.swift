import Commands
import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Numerics
import Testing
import Training

/// Conditions of the samples that commands draw.
@Suite("Samples of conditional models")
struct ConditionalSamplesTests {
    private static let scratch = ScratchFolder()

    /// A trained conditional model.
    private static func run(_ name: String, _ arguments: [String]) throws -> RunFolder {
        let folder = scratch.run(name)
        try ScratchRun.train(
            VariationalTeachingTests.teaching + ["data.source=digits", "data.noise=0", "model.referenceDeviation=null"] + arguments,
            in: folder)
        return folder
    }

    /// Draws samples, rows of 64 values.
    private static func samples(
        _ folder: RunFolder, count: Int = 2, _ change: (inout SampleCommand) -> Void
    ) throws -> [[Float]] {
        let output = "\(scratch.path)/samples-\(UUID().uuidString).npy"
        var command = SampleCommand(folder: folder.path, count: count, output: output)
        change(&command)
        _ = try command.run(SoloCommunicator())
        let values = try NPY.decode(FileBytes.read(output), name: output).values.floats
        return (0..<count).map { Array(values[64 * $0..<64 * $0 + 64]) }
    }

    private static func file(_ rows: [Float], height: Int = 8) throws -> String {
        let path = "\(scratch.path)/\(UUID().uuidString).npy"
        // In the units of the digits, 0 to 16.
        let values = rows.flatMap { value in (0..<64).map { (pixel: Int) -> Float in 8 * (1 + value) + Float(pixel % 5) / 10 } }
        try AtomicFile.write(
            NPY.encode(NumericArray(shape: [rows.count, height, 64 / height], .float32(values))), to: path)
        return path
    }

    @Test func `the class of a sample is the condition of its chain's energy, and not only of the generator`() throws {
        let folder = try Self.run("label", ["condition.kind=label", "condition.channels=2"])
        func draw(_ label: Int, steps: Int) throws -> [[Float]] {
            try Self.samples(folder) { ($0.start, $0.steps, $0.label) = (.noise, steps, label) }
        }
        // Noise knows no class; the steps from it do.
        #expect(try draw(0, steps: 0) == draw(3, steps: 0))
        #expect(try draw(0, steps: 5) == draw(0, steps: 5))
        #expect(try draw(0, steps: 5) != draw(3, steps: 5))
    }

    @Test func `images are conditions in the order of their file, of generator and chains`() throws {
        let folder = try Self.run("image", ["condition.kind=image", "condition.source=digits"])
        let (first, second) = (try Self.file([0.1, 0.9]), try Self.file([0.1, -0.9]))
        for (start, steps) in [(SampleCommand.Start.generator, 0), (.noise, 3)] {
            let draw = { (path: String) in try Self.samples(folder) { ($0.start, $0.steps, $0.images) = (start, steps, path) } }
            let (one, other) = (try draw(first), try draw(second))
            #expect(one[0] == other[0] && one[1] != other[1])
        }
    }

    @Test(arguments: [true, false])
    func `a grid shows the condition, the sample and the truth where it is known`(knowsTruth: Bool) throws {
        let folder = try Self.run(
            "grid-\(knowsTruth)", ["condition.kind=image", "condition.source=digits", "samples.scale=1", "samples.columns=6"])
        let (path, grid) = (try Self.file([0.1, 0.9, 0.5]), "\(Self.scratch.path)/grid-\(knowsTruth).png")
        _ = try Self.samples(folder, count: 3) { ($0.images, $0.grid) = (knowsTruth ? nil : path, grid) }
        let picture = try Data(contentsOf: URL(filePath: grid))
        // Width and height of a PNG stand at byte 16. Six images a line: two triples, or three pairs; in all nine images or six.
        func number(_ place: Int) -> Int { picture[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        #expect(number(16) >= 6 * 8 && number(16) < 7 * 9 && number(20) >= (knowsTruth ? 16 : 8) && number(20) < (knowsTruth ? 3 : 2) * 9)
    }

    @Test func `images that do not fit, and those for a model without such a condition, are refused`() throws {
        let folder = try Self.run("refused", ["condition.kind=image", "condition.source=digits"])
        let plain = try Self.run("plain", [])
        let (good, flat) = (try Self.file([0.1]), try Self.file([0.1, 0.2], height: 4))
        for (run, path, kind, text) in [
            (folder, good, Failure.Kind.usage, "has 1 rows to take conditions from"),
            (folder, flat, .data, "expected rows of the shape 8x8x1"),
            (plain, good, .usage, "this model has no images as its condition"),
        ] {
            let failure = #expect(throws: Failure.self) { try Self.samples(run) { $0.images = path } }
            #expect(failure?.kind == kind && failure?.message.contains(text) == true, "\(failure?.message ?? "")")
        }
        let classes = try Self.run("classes", ["condition.kind=label"])
        for (run, text, change) in [
            (plain, "is not about rows", { $0.data = "digits" }), (classes, "is not about rows", { $0.data = "digits" }),
            (classes, "have the conditions of the training's rows", { $0.start = .chains }),
            (folder, "have the conditions of the training's rows", { $0.start = .chains }),
        ] as [(RunFolder, String, (inout SampleCommand) -> Void)] {
            let failure = #expect(throws: Failure.self) { try Self.samples(run, change) }
            #expect(failure?.kind == .usage && failure?.message.contains(text) == true, "\(failure?.message ?? "")")
        }
    }
}

import Commands
import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Testing
import Training

/// Rows that a user gives to a trained model are prepared as those that it learned, or refused; samples have the units of the data.
@Suite struct GivenRowsTests {
    private let scratch = ScratchFolder()

    private func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

    private func write(_ name: String, _ text: String) throws -> String {
        try AtomicFile.write(Array(text.utf8), to: path(name))
        return path(name)
    }

    private func write(_ name: String, _ shape: [Int], _ values: NumericArray.Values) throws -> String {
        try AtomicFile.write(NPY.encode(NumericArray(shape: shape, values)), to: path(name))
        return path(name)
    }

    /// Trains on a file; `moons` has the configuration of other sources.
    private func train(_ source: String, _ arguments: [String] = [], name: String = "run") throws -> RunFolder {
        try ScratchRun.train(["data.source=\(source)", "data.noise=0"] + arguments, in: scratch.run(name))
        return scratch.run(name)
    }

    private func energies(_ run: RunFolder, _ input: String, to name: String = "e.npy") throws -> [Float] {
        let output = path(name)
        _ = try EnergyCommand(folder: run.path, input: input, output: output).run(SoloCommunicator())
        return try NPY.decode(FileBytes.read(output), name: output).values.floats
    }

    private func evaluate(_ command: EvaluateCommand) throws -> [String: Any] {
        var command = command
        command.output = path("m.json")
        _ = try command.run(SoloCommunicator())
        let report = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path("m.json"))))
        return try #require(report as? [String: Any])
    }

    /// The mean scores that `evaluate --outliers` finds for the run's rows and for a file.
    private func scores(_ run: RunFolder, outliers: String) throws -> (own: Double, other: Double, auroc: Double) {
        let found = try #require(try evaluate(EvaluateCommand(folder: run.path, outliers: outliers))["outliers"] as? [String: Any])
        func mean(_ key: String) throws -> Double { try #require((found[key] as? [String: Any])?["meanScore"] as? Double) }
        return (try mean("inliers"), try mean("outliers"), try #require(found["auroc"] as? Double))
    }

    private func refused(_ kind: Failure.Kind = .data, _ words: String..., body: () throws -> Void) {
        let found = failure { try body() }
        #expect(found?.kind == kind && words.allSatisfy { found?.message.contains($0) == true }, "\(found?.message ?? "")")
    }

    /// A table around 5000 and -2.
    private static func table(_ count: Int, first: Int = 0) -> [(a: Double, b: Double)] {
        (first..<first + count).map { (5000 + 70 * sin(Double($0 * 7)), -2 + 0.01 * cos(Double($0 * 13))) }
    }

    private static func csv(_ rows: [(a: Double, b: Double)]) -> String {
        "a,b\n" + rows.map { "\($0.a),\($0.b)\n" }.joined()
    }

    @Test func `the rows of a standardised table have the energies that they have in evaluate, from a file of any order and format`() throws
    {
        let rows = Self.table(60)
        let run = try train(write("t.csv", Self.csv(rows)), ["data.standardize=true"])
        let own = try energies(run, path("t.csv"))
        let mean = own.reduce(0.0) { $0 + Double($1) } / 60
        let found = try scores(run, outliers: path("t.csv"))
        #expect(found.auroc == 0.5 && abs(found.own - mean) < 1e-5 * max(1, abs(mean)))
        // Standardised rows are of length √2 on the average: the reference alone gives 1/4; unprepared rows give millions.
        #expect(abs(mean) < 10)
        let turned = try write("turned.csv", "b,note,a\n" + rows.map { "\($0.b),x,\($0.a)\n" }.joined())
        #expect(try energies(run, turned) == own)
        #expect(try scores(run, outliers: turned).auroc == 0.5)
        let array = try write("t.npy", [60, 2], .float64(rows.flatMap { [$0.a, $0.b] }))
        #expect(try energies(run, array) == own)
        #expect(try energies(run, array, to: "e.NPY").count == 60)
        refused(.data, "c.csv", "a column named 'b'", "found a, c") { _ = try scores(run, outliers: write("c.csv", "a,c\n1,2\n")) }
    }

    @Test func `samples of a standardised table have its units, and given back are the same samples`() throws {
        let run = try train(write("t.csv", Self.csv(Self.table(60))), ["data.standardize=true"])
        for name in ["s.npy", "s.csv"] {
            _ = try SampleCommand(folder: run.path, count: 40, steps: 2, seed: 5, output: path(name)).run(SoloCommunicator())
        }
        let values = try NPY.decode(FileBytes.read(path("s.npy")), name: "s").values
        guard case .float64(let numbers) = values else { throw Failure(.software, "expected doubles") }
        #expect(stride(from: 0, to: 80, by: 2).allSatisfy { abs(numbers[$0] - 5000) < 1000 && abs(numbers[$0 + 1] + 2) < 0.1 })
        let lines = String(decoding: try FileBytes.read(path("s.csv")), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "a,b" && lines.count == 41)
        #expect(lines.dropFirst().flatMap { $0.split(separator: ",").map { Double($0) } } == numbers)
        #expect(try energies(run, path("s.npy")) == energies(run, path("s.csv")))
        let drawn = try evaluate(EvaluateCommand(folder: run.path, steps: 2, count: 40, seed: 5))["samples"] as? [String: Any]
        for name in ["s.npy", "s.csv"] {
            let read = try evaluate(EvaluateCommand(folder: run.path, samples: path(name)))["samples"] as? [String: Any]
            #expect(try #require(read?["samples"] as? NSDictionary) == #require(drawn?["samples"] as? NSDictionary))
        }
    }

    @Test func `bytes have the energies of their levels in every layout, and what are no levels is refused`() throws {
        let pixels = (0..<40 * 12).map { UInt8(truncatingIfNeeded: $0 * 97 + $0 / 12 * 31) }
        let source = try write("hwc.npy", [40, 2, 2, 3], .uint8(pixels))
        let run = try train(source, ["model.referenceDeviation=1"])
        let own = try energies(run, source)
        let mean = own.reduce(0.0) { $0 + Double($1) } / 40
        // Evaluations spread levels over their cells by chance, of 2/256: the squares of rows change by less than that times their length.
        #expect(abs(try scores(run, outliers: source).own - mean) < 0.1)
        let planes = pixels.indices.map { (place: Int) -> UInt8 in
            let (row, value) = place.quotientAndRemainder(dividingBy: 12)
            return pixels[12 * row + 3 * (value % 4) + value / 4]
        }
        #expect(try energies(run, write("chw.npy", [40, 3, 2, 2], .uint8(planes))) == own)
        #expect(try energies(run, write("flat.npy", [40, 12], .float32(planes.map { Float($0) }))) == own)
        let unit = try write("unit.npy", [40, 3, 2, 2], .float32(planes.map { Float($0) / 255 }))
        refused(.data, "--input", "0 to 255", "found numbers from 0.0 to 1.0") { _ = try energies(run, unit) }
        refused(.data, "--outliers", "0 to 255") { _ = try scores(run, outliers: unit) }
        let floats = try train(unit, name: "floats")
        #expect(try energies(floats, unit).count == 40)
        for command in [
            EvaluateCommand(folder: floats.path, outliers: source), EvaluateCommand(folder: floats.path, data: source),
            EvaluateCommand(folder: floats.path, samples: source),
        ] { refused(.data, "real numbers", "256 levels") { _ = try evaluate(command) } }
    }

    @Test func `samples of levels have the units of levels, and given back are the same samples`() throws {
        let run = try train("digits")
        let command = SampleCommand(folder: run.path, count: 30, steps: 1, output: path("s.npy"))
        let text = try command.run(SoloCommunicator())
        let drawn = try NPY.decode(FileBytes.read(path("s.npy")), name: "s")
        // The chains of the digits may leave them: what no picture has is written and counted.
        let outside = (drawn.values.doubles ?? []).count { $0 < -0.5 || $0 > 16.5 }
        #expect(outside > 0 && text.contains("; \(outside) of 1920 values lie outside -0.5 to 16.5, which the data cannot have"), "\(text)")
        #expect(try ThreadRanks.run(2) { try command.run($0) }[0] == text)
        #expect(drawn.type == .float64 && drawn.shape == [30, 1, 8, 8])
        // Chains start evenly between -1 and 1, which are -1/2 and 16 1/2 in levels, and have taken steps of deviation 0.3 and less each.
        let values = drawn.values.floats.map { Double($0) }
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        #expect(abs(mean - 8) < 2 && deviation > 3 && deviation < 30, "mean \(mean), deviation \(deviation)")
        #expect(Set(try energies(run, path("s.npy"))).count == 30)
    }

    @Test func `a checkpoint without the preparation of rows takes floats as they stand, and asks for what is missing`() throws {
        let values = (0..<40).map { Float($0 % 7) / 7 }
        let source = try write("f.npy", [20, 2], .float32(values))
        let run = try train(source)
        let own = try energies(run, source)
        let bytes = try train("digits", name: "digits")
        let standardised = try train(source, ["data.standardize=true"], name: "standardised")
        let prepared = try energies(standardised, source)
        let levels = try write("levels.npy", [2, 64], .uint8(Array(repeating: 3, count: 128)))
        let (leveled, scored) = (try energies(bytes, levels), try scores(bytes, outliers: levels))
        for folder in [run, bytes, standardised] { try folder.editModelMetadata(ofStep: 8) { $0["rows"] = nil } }
        #expect(try energies(run, source) == own)
        #expect(try energies(standardised, source) == prepared)
        let scaled = try write("scaled.npy", [2, 64], .float32((0..<128).map { Float($0 % 17) / 8 - 1 }))
        #expect(try energies(bytes, scaled).count == 2)
        #expect(try energies(bytes, levels) == leveled)
        // The training data are there, and say it.
        #expect(try scores(bytes, outliers: levels) == scored)
        try FileManager.default.moveItem(atPath: source, toPath: path("moved.npy"))
        refused(.missingInput, "f.npy", "data.source=PATH") { _ = try energies(standardised, path("moved.npy")) }
    }

    @Test func `a file of samples or energies has one of two endings`() throws {
        let run = try train("moons")
        for name in ["s", "s.bin", "npy", "s.csv.gz"] {
            refused(.usage, "--out", ".npy", ".csv") {
                _ = try SampleCommand(folder: run.path, count: 4, output: path(name)).run(SoloCommunicator())
            }
            refused(.usage, "--out", ".npy", ".csv") { _ = try energies(run, "digits", to: name) }
        }
        let rows = try write("x.csv", "x,y\n0.5,0.25\n1,2\n0,0\n")
        _ = try EnergyCommand(folder: run.path, input: rows, output: path("e.csv")).run(SoloCommunicator())
        let lines = String(decoding: try FileBytes.read(path("e.csv")), as: UTF8.self).split(separator: "\n")
        let found = try energies(run, rows)
        #expect(lines.first == "energy" && lines.dropFirst().map { Float($0) } == found)
        refused(.data, "any number of them") { _ = try energies(run, "moons") }
    }

    @Test func `ranks write the same tables as one does`() throws {
        let run = try train("moons")
        func bytes(_ name: String, _ body: (String) throws -> Void) throws -> [UInt8] {
            try body(path(name))
            return try FileBytes.read(path(name))
        }
        let alone = try bytes("one.csv") { _ = try SampleCommand(folder: run.path, count: 33, output: $0).run(SoloCommunicator()) }
        let together = try bytes("three.csv") { output in
            let command = SampleCommand(folder: run.path, count: 33, output: output)
            _ = try ThreadRanks.run(3) { try command.run($0) }
        }
        #expect(alone == together && String(decoding: alone.prefix(6), as: UTF8.self) == "x1,x2\n")
    }
}

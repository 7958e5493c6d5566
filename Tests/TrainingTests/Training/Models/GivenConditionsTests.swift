import Commands
import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Measures
import Numerics
import Testing
import Training

/// Energies of rows that a user gives, with what the model knows beside them.
@Suite("Conditions of given rows")
struct GivenConditionsTests {
    private let scratch = ScratchFolder()

    private func train(_ arguments: [String]) throws -> RunFolder {
        try ScratchRun.train(["objective.kind=cd", "data.noise=0", "model.referenceDeviation=null"] + arguments, in: scratch.run())
        return scratch.run()
    }

    /// Energies, and what is written behind them, of a file's rows.
    private func energies(_ run: RunFolder, _ input: String, _ change: (inout EnergyCommand) -> Void = { _ in }) throws -> [Float] {
        let output = "\(scratch.path)/\(UUID().uuidString).npy"
        var command = EnergyCommand(folder: run.path, input: input, output: output)
        change(&command)
        _ = try command.run(SoloCommunicator())
        return try NPY.decode(FileBytes.read(output), name: output).values.floats
    }

    private func write(_ name: String, _ text: String) throws -> String {
        try AtomicFile.write(Array(text.utf8), to: "\(scratch.path)/\(name)")
        return "\(scratch.path)/\(name)"
    }

    private func refused(_ kind: Failure.Kind, _ words: String..., body: () throws -> Void) {
        let found = failure { try body() }
        #expect(found?.kind == kind && words.allSatisfy { found?.message.contains($0) == true }, "\(found?.message ?? "")")
    }

    /// Two classes around -2 and 2 in the first column.
    private func table(_ count: Int = 60) throws -> String {
        let rows = (0..<count).map { (row: Int) -> String in
            let (middle, a, b) = (Double(row % 2 * 4 - 2), 0.3 * sin(Double(row * 7)), cos(Double(row * 13)))
            return "\(middle + a),\(b),\(row % 2)"
        }
        return try write("table.csv", "a,b,class\n" + rows.joined(separator: "\n") + "\n")
    }

    @Test func `rows have the classes of their file, or the one that is named`() throws {
        let input = try table()
        let run = try train(["data.source=\(input)", "data.labelColumn=class", "condition.kind=label", "condition.channels=2"])
        let (own, zero, one) = (
            try energies(run, input), try energies(run, input) { $0.label = 0 }, try energies(run, input) { $0.label = 1 }
        )
        #expect(own.count == 60 && zip(zero, one).allSatisfy { $0 != $1 })
        let expected: [Float] = own.indices.map { $0 % 2 == 0 ? zero[$0] : one[$0] }
        #expect(own == expected)
        // The network itself, with the number of the class beside the row.
        let trained = try TrainedModel.shared(run.path, step: nil, weights: .average, SoloCommunicator())
        let x = try trained.givenRows(input, option: "--input", SoloCommunicator()).read(0..<4)
        let classes = Matrix(rows: 4, columns: 1, [0, 1, 0, 1])
        let direct = trained.scores(seed: 1).scores(of: x, condition: classes, tile: 0)
        #expect(direct.map { Float($0[0]) } == Array(own[0..<4]))
    }

    @Test func `rows are explained among the training rows, each with its own class`() throws {
        let input = try table()
        let run = try train([
            "data.source=\(input)", "data.labelColumn=class", "condition.kind=label", "condition.channels=2", "run.steps=20",
        ])
        let found = try energies(run, input) { $0.explains = true }
        // Energy, percentile, parts of two columns: a rank among themselves is a half in the mean.
        let percentiles: [Double] = stride(from: 1, to: found.count, by: 4).map { Double(found[$0]) }
        #expect(percentiles.count == 60 && abs(Spread(of: percentiles).mean - 50) < 1e-4)
        let (first, alone) = (stride(from: 0, to: found.count, by: 4).map { found[$0] }, try energies(run, input))
        #expect(first == alone)
    }

    @Test func `images belong to rows in the order of their file`() throws {
        let run = try train(["data.source=digits", "data.dequantize=false", "condition.kind=image", "condition.source=digits"])
        let pixels = (0..<192).map { (place: Int) -> UInt8 in UInt8((place / 64 * 7 + place % 64) % 17) }
        func file(_ name: String, _ rows: [Int]) throws -> String {
            let bytes: [UInt8] = rows.flatMap { Array(pixels[64 * $0..<64 * $0 + 64]) }
            try AtomicFile.write(NPY.encode(NumericArray(shape: [rows.count, 8, 8], .uint8(bytes))), to: "\(scratch.path)/\(name)")
            return "\(scratch.path)/\(name)"
        }
        let rows = try file("x.npy", [0, 1, 2])
        let same = try energies(run, rows) { $0.images = rows }
        let turned = try energies(run, rows) { $0.images = try? file("c.npy", [0, 2, 1]) }
        #expect(same[0] == turned[0] && same[1] != turned[1] && same[2] != turned[2])
        // Rows and images have one scale: the network knows each row beside itself.
        let trained = try TrainedModel.shared(run.path, step: nil, weights: .average, SoloCommunicator())
        let x = try trained.givenRows(rows, images: rows, option: "--input", SoloCommunicator()).read(0..<3)
        let direct = trained.scores(seed: 1).scores(of: x, condition: x, tile: 0)
        #expect(direct.map { Float($0[0]) } == same)
        refused(.usage, "--condition PATH") { _ = try energies(run, rows) }
        refused(.usage, "--label 1") { _ = try energies(run, rows) { ($0.label, $0.images) = (1, rows) } }
        refused(.data, "expected 3 rows") { _ = try energies(run, rows) { $0.images = try? file("two.npy", [0, 1]) } }
    }

    @Test func `rows without classes, classes that nobody knows and visible parts are refused`() throws {
        let input = try table()
        let arguments = ["data.source=\(input)", "data.labelColumn=class", "condition.kind=label", "condition.channels=2"]
        let run = try train(arguments)
        refused(.usage, "--label", "0 to 1", "2") { _ = try energies(run, input) { $0.label = 2 } }
        refused(.usage, "--condition \(input)") { _ = try energies(run, input) { $0.images = input } }
        let others = try write("others.csv", "a,b,class\n1,2,5\n")
        refused(.data, "others.csv") { _ = try energies(run, others) }
        let bare = try write("bare.csv", "a,b\n1,2\n3,4\n")
        refused(.data, "bare.csv") { _ = try energies(run, bare) }
        #expect(try energies(run, bare) { $0.label = 1 }.count == 2)
    }
}

import Configuration
import Distributed
import Formats
import Foundation
import Measures
import Numerics
import TestSupport
import Testing
import Training

@Suite struct ModelSnapshotTests {
    /// A snapshot of the checkpoint of a run.
    private static func snapshot(_ folder: RunFolder, heldOut: String? = nil, ranks: Int = 1) throws -> [ModelSnapshot] {
        let path = folder.path
        return try ThreadRanks.run(ranks) { communicator in
            try TrainedModel.shared(path, step: nil, weights: .average, communicator).snapshot(heldOut: heldOut, communicator).0
        }
    }

    @Test func `a snapshot of a plane model has energies of every kind, its density and the quality of its samples`() throws {
        let folder = ScratchFolder().run()
        try ScratchRun.train(in: folder)
        let snapshot = try #require(try Self.snapshot(folder, heldOut: "moons").first)
        #expect(snapshot.step == 8)
        #expect(snapshot.energies.map(\.kind) == [.data, .heldOut, .samples, .noise])
        #expect(snapshot.energies.allSatisfy { !$0.values.isEmpty && $0.values.allSatisfy(\.isFinite) })
        #expect(snapshot.energies[0].values == snapshot.energies[1].values, "the same rows have the same energies")
        let field = try #require(snapshot.field)
        let side = Double(field.square.x.upperBound - field.square.x.lowerBound)
        let mass = field.model.reduce(0.0) { $0 + Double($1) } * side * side / Double(field.cells * field.cells)
        #expect(abs(mass - 1) < 1e-4, "the density is normalised on its grid")
        #expect(snapshot.quality?.noise != nil)
    }

    @Test func `a snapshot is the same on any number of ranks`() throws {
        let folder = ScratchFolder().run()
        try ScratchRun.train(in: folder)
        let all = try [1, 2, 3].map { try #require(try Self.snapshot(folder, ranks: $0).first) }
        for other in all.dropFirst() {
            #expect(other.energies.map(\.values) == all[0].energies.map(\.values))
            #expect(other.field?.model == all[0].field?.model && other.samples?.values == all[0].samples?.values)
            #expect(other.quality == all[0].quality)
        }
    }

    @Test func `rows that do not fill the last tile are completed like all others`() throws {
        let scratch = ScratchFolder()
        let path = "\(scratch.path)/few.npy"
        try AtomicFile.write(
            NPY.encode(NumericArray(shape: [10, 1, 4, 4], .float32((0..<160).map { Float($0 % 7) / 7 }))), to: path)
        let folder = scratch.run()
        try ScratchRun.train(
            VariationalTeachingTests.teaching
                + ["data.source=\(path)", "data.noise=0", "model.referenceDeviation=null", "condition.kind=mask", "run.chainsPerShard=6"],
            in: folder)
        let all = try [1, 3].map { try #require(try Self.snapshot(folder, ranks: $0).first) }
        #expect(all[0].samples?.rows == 10 && all[0].samples?.values == all[1].samples?.values)
    }

    @Test func `a network that has learned a few rows by heart is recognised by the energies of others`() throws {
        let scratch = ScratchFolder()
        func rows(_ name: String, _ seed: UInt64) throws -> String {
            let path = "\(scratch.path)/\(name).csv"
            var random = SplitMix64(state: seed)
            let text = (0..<60).map { _ in (0..<6).map { _ in String(random.next() % 1000) }.joined(separator: ",") }
            try (["a,b,c,d,e,f"] + text).joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
        let (own, others) = (try rows("own", 1), try rows("others", 2))
        let folder = scratch.run()
        try ScratchRun.train(
            [
                "data.source=\(own)", "data.standardize=true", "data.noise=0.01", "model.widths=[128,128]", "objective.kind=denoisingScore",
                "objective.noise=0.3", "optimizer.learningRate=0.003", "optimizer.warmupSteps=0", "run.steps=1000", "report.every=100",
                "checkpoint.every=0",
            ], in: folder)
        let snapshot = try #require(try Self.snapshot(folder, heldOut: others).first)
        #expect(snapshot.findings.contains { $0.text.contains("memorizes") }, "\(snapshot.energies.map { Spread(of: $0.values).text })")
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Numerics
import Testing
import Training

/// Data against noise whose width every shard adapts from step to step: an objective with a state, a measure and scratch of its own.
private struct MadeUpObjective: Objective {
    let seed: UInt64
    let rowsPerStep: Int
    let data: DataStream
    /// Columns of scratch.
    var width = 3

    static let widest = Tally("widest", .max)

    init(_ configuration: RunConfiguration, _ source: DataSource) throws(Failure) {
        (seed, rowsPerStep) = (configuration.run.seed, configuration.rowsPerStep)
        data = try configuration.dataStream(source, seed: configuration.run.seed)
    }

    var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.samples = .negatives
        profile.measures = [
            .dataEnergy, .sampleEnergy, .energyGap,
            Measure("noiseWidth", unit: "values", of: [Self.widest]) { $0[Self.widest] }
                .inProgress("width", .fixed, meaning: "of the widest noise that a shard compares data with"),
        ]
        profile.evaluations = 2
        return profile
    }

    final class State: ShardState, @unchecked Sendable {
        let width: Matrix

        init(_ shard: Int, _ profile: ObjectiveProfile, _ make: TileMaker) {
            width = make.tile(1, rows: 1)
            width.fill(1)
            super.init(shard, profile.samples, make)
            keep(StateSlot("width", width, count: 1, .values([])))
        }
    }

    struct Scratch {
        let noise: Matrix
        let unused: Matrix
    }

    func makeState(_ shard: Int, _ make: TileMaker) -> State { State(shard, profile, make) }

    func makeScratch(_ make: TileMaker) -> Scratch { Scratch(noise: make.tile(make.dimension), unused: make.tile(width)) }

    func sampleNegatives(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        RandomStream(seed: seed, purpose: .test, step: step, index: shard.index).fillNormals(scratch.noise)
        let width = shard.width[0, 0]
        shard.negatives.combine(scratch.noise, scratch.noise) { noise, _ in width * noise }
        shard.width[0, 0] = width * (1 + Float(shard.index) / 16)
        shard.report[Self.widest] = Double(width)
    }

    func addGradient(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker.data, step: step, shard: shard.index)
        let scale = 1 / Float(rowsPerStep)
        shard.report[.dataEnergy] = worker.addGradient(of: worker.data) { _ in scale }
        shard.report[.sampleEnergy] = worker.addGradient(of: shard.negatives) { _ in -scale }
    }
}

/// What an objective keeps, counts and needs is its own affair: nothing but its file knows of it.
@Suite("An objective of a test's own")
struct MadeUpObjectiveTests {
    let scratch = ScratchFolder()

    private static let make: RunPlan.MakeObjective = { (configuration, source) throws(Failure) in
        try MadeUpObjective(configuration, source)
    }

    private func train(_ arguments: [String], in folder: RunFolder, on communicator: any Communicator = SoloCommunicator()) throws
        -> [String]
    {
        let lines = ScratchRun.Lines()
        let configuration = try ScratchRun.configuration(["objective.kind=energyDiscrepancy", "report.every=1"] + arguments)
        var run = TrainingRun(configuration: configuration, folder: folder, isQuiet: true)
        run.objective = Self.make
        run.listener = { lines.append($0) }
        try run.run(communicator)
        return lines.all
    }

    @Test func `it trains, and goes on from a checkpoint, also on other ranks, to the same bits`() throws {
        let (whole, parts) = (scratch.run("whole"), scratch.run("parts"))
        _ = try train([], in: whole)
        _ = try train(["run.steps=4"], in: parts)
        _ = try ThreadRanks.run(2) { _ = try train([], in: parts, on: $0) }
        let (expected, found) = (try whole.contents(ofStep: 8), try parts.contents(ofStep: 8))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] {
            #expect(found[name] == expected[name], "\(name)")
        }
    }

    @Test func `its state stands in the checkpoint under its own name, and its measure in the reports and lines of progress`() throws {
        let folder = scratch.run()
        let lines = try train([], in: folder)
        let file = try Safetensors("\(folder.checkpoint(8))/chains.safetensors")
        #expect(file.header.tensors.map(\.name) == ["chains", "age", "offered", "width"] && file.header["width"]?.shape == [4])
        func width(_ shard: Int, after steps: Int) -> Float { (0..<steps).reduce(1) { width, _ in width * (1 + Float(shard) / 16) } }
        #expect(try file.array("width").values == .float32((0..<4).map { width($0, after: 8) }))
        // The widest is that of the last shard.
        #expect(try folder.reports().map(\.noiseWidth) == (0..<8).map { Double(width(3, after: $0)) })
        #expect(lines.contains { $0.contains("width 3.") } && lines.contains { $0.contains("width:") && $0.contains("widest noise") })
        #expect(try String(contentsOfFile: folder.metrics, encoding: .utf8).contains(#""noiseWidth":"#))
    }

    @Test func `a checkpoint without its state, or with another one, is not gone on from`() throws {
        let folder = scratch.run()
        // The declared objective keeps no width.
        try ScratchRun.train(["objective.kind=energyDiscrepancy", "report.every=1"], in: folder)
        let refused = failure { _ = try train(["run.steps=12"], in: folder) }
        #expect(refused?.kind == .checkpoint && refused?.message.contains("describes other chains") == true, "\(refused?.message ?? "")")
    }

    @Test func `its scratch and state are counted in the need of memory`() throws {
        let communicator = SoloCommunicator()
        func need(_ width: Int) throws -> MemoryNeed {
            let plan = try RunPlan(
                ScratchRun.configuration(), loaded: nil,
                objective: { (configuration, source) throws(Failure) in
                    var objective = try MadeUpObjective(configuration, source)
                    objective.width = width
                    return objective
                }, communicator)
            return MemoryNeed(plan, threads: 2, shards: 4)
        }
        let (narrow, wide) = (try need(0), try need(1000))
        #expect(wide.threads - narrow.threads == 2 * (FloatStorage.byteCount(6 * 1000) - FloatStorage.byteCount(0)))
        // Negatives of six points of the plane, and a width.
        #expect(wide.chains == 4 * (64 + 64))
    }
}

import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Model
import TestSupport
import Testing
import Training

/// Which parameters lie where, in checkpoints of this version and of the one before.
struct CheckpointWeightsTests {
    let scratch = ScratchFolder()

    /// The values of a vector in a file, whose order is the same in memory and on disk.
    private func bias(_ path: String, _ name: String) throws -> [Float] { try Safetensors(path).array(name).values.floats }

    private func bias(_ model: TrainedModel) throws -> [Float] {
        let tensor = try #require(model.networks.layout.tensors.first { $0.name == "layers.0.bias" })
        return Array(model.parameters[tensor.range])
    }

    @Test func `the model's file holds the average, and the optimiser's what training goes on from`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["optimizer.average=0.9"], in: folder)
        let (model, optimizer) = ("\(folder.checkpoint(8))/model.safetensors", "\(folder.checkpoint(8))/optimizer.safetensors")
        let (average, current) = (try TrainedModel(folder), try TrainedModel(folder, weights: .current))
        #expect(try bias(model, "layers.0.bias") == bias(average))
        #expect(try bias(optimizer, "current.layers.0.bias") == bias(current))
        #expect(average.parameters != current.parameters)
        #expect(try Safetensors(model).header.metadata["weights"] == "average")
        #expect(try Safetensors(optimizer).header["average.layers.0.bias"] == nil)
    }

    @Test func `without an average the model's file holds the only parameters`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["optimizer.average=null"], in: folder)
        let model = "\(folder.checkpoint(8))/model.safetensors"
        for weights in ModelWeights.allCases {
            #expect(try bias(model, "layers.0.bias") == bias(TrainedModel(folder, weights: weights)))
        }
        #expect(try Safetensors(model).header.metadata["weights"] == "current")
        #expect(try Safetensors("\(folder.checkpoint(8))/optimizer.safetensors").header["current.layers.0.bias"] == nil)
    }

    @Test func `model.initial takes the model's file as it is`() throws {
        let (first, second) = (scratch.run("first"), scratch.run("second"))
        try ScratchRun.train(["optimizer.average=0.9"], in: first)
        let path = "\(first.checkpoint(8))/model.safetensors"
        try ScratchRun.train(["model.initial=\(path)", "optimizer.learningRate=0", "optimizer.average=null", "run.steps=1"], in: second)
        #expect(try TrainedModel(second).parameters == TrainedModel(first).parameters)
    }

    // MARK: format 1

    /// A run that a program before format 2 made: three steps with an average.
    private static let former = Fixture.path("format-1")

    private func copyOfFormer(_ name: String) throws -> RunFolder {
        let folder = scratch.run(name)
        try RunFolder(Self.former).copy(to: folder)
        return folder
    }

    private func configuration(_ arguments: [String] = []) throws -> RunConfiguration {
        let file = Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.former)/config.json5")))
        return try RunConfiguration.resolve(file: file, arguments: arguments)
    }

    @Test func `a checkpoint of format 1 is read with its parameters where they were`() throws {
        let folder = RunFolder(Self.former)
        let (model, optimizer) = ("\(folder.checkpoint(3))/model.safetensors", "\(folder.checkpoint(3))/optimizer.safetensors")
        let (average, current) = (try TrainedModel(folder), try TrainedModel(folder, weights: .current))
        #expect(try bias(model, "layers.0.bias") == bias(current))
        #expect(try bias(optimizer, "average.layers.0.bias") == bias(average))
        let communicator = SoloCommunicator()
        let trainer = Trainer(try RunPlan(configuration(), communicator), threads: 1, communicator)
        let loaded = try CheckpointStore(trainer.plan, folder).loadNewest(trainer, communicator)
        #expect(loaded?.manifest.format == 1 && loaded?.remarks.isEmpty == true)
        #expect(trainer.state.parameters == current.parameters && trainer.state.average?.values == average.parameters)
    }

    @Test func `a run of format 1 continues to the same bits as from a checkpoint of this format`() throws {
        _ = OneThreadPerProduct.once
        let (former, present) = (try copyOfFormer("former"), try copyOfFormer("present"))
        let communicator = SoloCommunicator()
        let trainer = Trainer(try RunPlan(configuration(), communicator), threads: 1, communicator)
        let store = try CheckpointStore(trainer.plan, present)
        let bytes = try #require(try store.loadNewest(trainer, communicator)).manifest.metricsBytes
        try FileManager.default.removeItem(atPath: present.checkpoint(3))
        try store.save(trainer, Manifest.Reports(metricsBytes: bytes), communicator)
        for folder in [former, present] {
            try TrainingRun(configuration: configuration(["run.steps=6"]), folder: folder, isQuiet: true).run(communicator)
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(folder.contents(ofStep: 6)["manifest.json"] ?? []))
            #expect(manifest.format == 2 && manifest.updates == 6)
            #expect(try folder.reports().map(\.step) == [1, 2, 3, 4, 5, 6])
        }
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] {
            #expect(try former.contents(ofStep: 6)[name] == present.contents(ofStep: 6)[name], "\(name)")
        }
        #expect(try TrainedModel(former).parameters != TrainedModel(former, step: 3).parameters)
    }
}

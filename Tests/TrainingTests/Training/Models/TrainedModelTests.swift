import Commands
import Distributed
import Failures
import Formats
import Foundation
import Testing
import Training

/// Which checkpoint readers take, and what they do when it is damaged or goes away.
struct TrainedModelTests {
    let scratch = ScratchFolder()

    private func trained(_ arguments: [String] = []) throws -> RunFolder {
        let folder = scratch.run()
        try ScratchRun.train(["run.steps=12", "checkpoint.keep=9"] + arguments, in: folder)
        return folder
    }

    private func damage(_ folder: RunFolder, _ step: Int, _ file: String) throws {
        try DamagedCheckpointTests.Damage.flippedBit.apply(to: "\(folder.checkpoint(step))/\(file)")
    }

    @Test(arguments: [1, 3])
    func `without a step the newest whole checkpoint is taken and the damaged ones are named`(ranks: Int) throws {
        let folder = try trained()
        try damage(folder, 12, "model.safetensors")
        try damage(folder, 8, "manifest.json")
        let rows = "\(scratch.path)/rows.npy"
        try Data(NPY.encode(NumericArray(shape: [2, 2], .float32([0, 0, 1, 1])))).write(to: URL(fileURLWithPath: rows))
        let commands: [@Sendable (any Communicator) throws -> String] = [
            { [scratch] in try SampleCommand(folder: folder.path, count: 4, steps: 1, output: "\(scratch.path)/s.npy").run($0) },
            { [scratch] in try EnergyCommand(folder: folder.path, input: rows, output: "\(scratch.path)/e.npy").run($0) },
            { try DiagnoseCommand(folder: folder.path, draws: 10, thin: 1, chains: 2).run($0) },
            { try EvaluateCommand(folder: folder.path, samples: rows).run($0) },
        ]
        // The integrals of a density take long, and are no different on several ranks.
        for command in ranks == 1 ? commands : commands.dropLast() {
            let text = try ThreadRanks.run(ranks) { try command($0) }[0]
            let lines = text.split(separator: "\n")
            #expect(lines[0].hasPrefix("passed over the checkpoint of step 12: \(folder.checkpoint(12))/model.safetensors"), "\(text)")
            #expect(lines[1].hasPrefix("passed over the checkpoint of step 8: \(folder.checkpoint(8))/manifest.json"), "\(text)")
            #expect(text.contains("step 4"), "\(text)")
        }
        #expect(try folder.steps() == [12, 8, 4], "readers change nothing")
    }

    @Test func `a damaged checkpoint that was asked for by its step is refused, and so are all when none is whole`() throws {
        let folder = try trained()
        for step in [12, 8, 4] {
            try damage(folder, step, "model.safetensors")
            let refused = failure { _ = try TrainedModel(folder, step: .step(step)) }
            #expect(refused?.kind == .checkpoint && refused?.message.contains(folder.checkpoint(step)) == true)
        }
        let refused = failure { _ = try TrainedModel(folder) }
        #expect(refused?.kind == .checkpoint)
        for step in [12, 8, 4] { #expect(refused?.message.contains(folder.checkpoint(step)) == true) }
        #expect(failure { _ = try TrainedModel(folder, step: 5) }?.kind == .missingInput)
    }

    @Test func `damaged chains pass a checkpoint over for whoever goes on from them, and for nobody else`() throws {
        let folder = try trained()
        try damage(folder, 12, "chains.safetensors")
        func sample(_ start: SampleCommand.Start) throws -> String {
            try SampleCommand(folder: folder.path, count: 4, steps: 1, start: start, output: "\(scratch.path)/s.npy").run(
                SoloCommunicator())
        }
        #expect(try sample(.noise).hasPrefix("4 samples of step 12"))
        let text = try sample(.chains)
        #expect(text.hasPrefix("passed over the checkpoint of step 12") && text.contains("4 samples of step 8"), "\(text)")
    }

    @Test func `a checkpoint that goes away before it is read is no damage: the next one is taken, and nothing is said`() throws {
        let folder = try trained()
        var choice = CheckpointChoice(folder, wanted: nil)
        #expect(try choice.next() == 12)
        try RunFolder.remove(folder.checkpoint(12))
        try choice.pass(over: 12, Failure(.checkpoint, "the file is missing"))
        #expect(try choice.next() == 8 && choice.remarks == [])
        // What is still there and cannot be read says nothing about the checkpoint.
        #expect(throws: Failure(.inputOutput, "an error of the disk")) {
            try choice.pass(over: 8, Failure(.inputOutput, "an error of the disk"))
        }
        var explicit = CheckpointChoice(folder, wanted: 8)
        #expect(try explicit.next() == 8)
        #expect(throws: Failure(.checkpoint, "damaged")) { try explicit.pass(over: 8, Failure(.checkpoint, "damaged")) }
    }

    @Test func `a checkpoint that has been opened is read to its end, also when a training removes it meanwhile`() throws {
        let folder = try trained()
        let model = try TrainedModel(folder)
        try RunFolder.remove(folder.checkpoint(12))
        let header = try model.chains().header
        #expect(header["chains"] != nil)
    }

    @Test func `a folder without a run is none, and one that cannot be looked into is named so, with the system's reason`() throws {
        let folder = try trained()
        #expect(failure { _ = try TrainedModel(scratch.run("none")) }?.message.contains("found none") == true)
        // A link that points to itself may be looked into by nobody, root included.
        let loop = scratch.run("loop")
        try FileManager.default.createSymbolicLink(atPath: loop.path, withDestinationPath: loop.path)
        let refused = failure { _ = try TrainedModel(loop) }
        #expect(refused?.message.contains("Too many levels of symbolic links") == true, "\(refused?.message ?? "")")
        guard getuid() != 0 else { return }
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
        let hidden = failure { _ = try TrainedModel(folder) }
        #expect(hidden?.kind == .missingInput && hidden?.message.contains("Permission denied") == true)
    }
}

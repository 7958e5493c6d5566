import Distributed
import Failures
import Foundation
import Testing
import Training

/// What is named STOP in a run folder.
struct StopFileTests {
    let scratch = ScratchFolder()

    /// Trains endlessly, and makes a request of a kind once training has begun.
    private func stopped(
        _ folder: RunFolder, _ arguments: [String] = [], by request: @escaping @Sendable (String) throws -> Void = { _ in }
    ) throws -> [String] {
        let lines = ScratchRun.Lines()
        var run = TrainingRun(
            configuration: try ScratchRun.configuration(
                [
                    "run.steps=1000000", "report.every=1000000", "checkpoint.every=0", "optimizer.learningRate=1e-9",
                ] + arguments),
            folder: folder, isQuiet: true)
        run.listener = { line in
            lines.append(line)
            if line.hasPrefix("starting") || line.hasPrefix("continuing") { try? request("\(folder.path)/STOP") }
        }
        let failure = failure { try run.run(SoloCommunicator()) }
        #expect(failure?.kind == .requeue)
        return lines.all
    }

    @Test func `whatever is named STOP in the run folder ends the run after a checkpoint, and is taken away where it can be`() throws {
        let folder = scratch.run()
        _ = try stopped(folder) { _ = FileManager.default.createFile(atPath: $0, contents: nil) }
        #expect(try folder.steps().count == 1 && !RunFolder.isFile("\(folder.path)/STOP"))
        _ = try stopped(folder) { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: false) }
        #expect(try !RunFolder.isFile("\(folder.path)/STOP"))
        // A link to nowhere is there all the same.
        _ = try stopped(folder) { try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "nowhere") }
        #expect(!(try FileManager.default.contentsOfDirectory(atPath: folder.path)).contains("STOP"))
        let lines = try stopped(folder) {
            try FileManager.default.createDirectory(atPath: "\($0)/full", withIntermediateDirectories: true)
        }
        #expect(lines.contains { $0.contains("STOP: removing failed") }, "\(lines)")
        // It does not stop the next start.
        let next = try stopped(folder, ["run.maxHours=1e-9"])
        #expect(next.filter { $0.contains("STOP: removing failed") }.count == 1, "\(next)")
    }

    @Test(arguments: [false, true])
    func `a request that is met is taken away, and stays in a job, whose batch script looks for it`(isJob: Bool) throws {
        let folder = scratch.run()
        try folder.create()
        _ = FileManager.default.createFile(atPath: "\(folder.path)/STOP", contents: nil)
        var file = StopFile(folder)
        #expect(file.settle(isJob: isJob) == nil)
        #expect(try RunFolder.isFile("\(folder.path)/STOP") == isJob && file.isThere == isJob)
    }

    @Test func `a request that was there before the start is taken away and said, and stays for a job that Slurm starts again`() throws {
        let folder = scratch.run()
        try folder.create()
        let path = "\(folder.path)/STOP"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        var requeued = StopFile(folder)
        #expect(requeued.clear(isRequeued: true) == nil && requeued.isThere)
        let lines = try ScratchRun.train(in: folder)
        #expect(lines.contains { $0.contains("STOP was there before the start: removed") })
        #expect(try folder.steps() == [8, 4] && !RunFolder.isFile(path))
    }
}

import Foundation
import Glibc
import Testing

extension CommandTests {
    /// A run that is asked to stop saves, ends with exit code 75, and goes on to the same bits.
    @Suite(.serialized) struct StopTests {
        /// More steps than any machine makes while a test runs.
        static let endless = [
            "run.steps=100000000", "checkpoint.every=1000000", "report.every=1000000", "samples.every=0",
            // So slow that it does not diverge while a test waits.
            "optimizer.learningRate=1e-6",
        ]

        static let requeue: Int32 = 75

        @Test func `signals, a file named STOP and run.maxHours save, end with code 75 and continue to the same bits`() throws {
            let folder = Scratch()
            let run = Training("stopped", in: folder, Self.endless)
            try Self.stop(run, ranks: 2) { $0.send(SIGUSR1) }
            try Self.stop(run, ranks: 3) { program in program.send(SIGTERM, to: program.ranks[1]) }
            try Self.stop(run, ranks: nil) { $0.send(SIGTERM) }
            // A scheduler's warning and then its end: only a second end may come before the checkpoint.
            try Self.stop(run, ranks: nil) { program in
                program.send(SIGUSR1)
                program.send(SIGTERM)
            }
            try Self.stop(run, ranks: 3) { program in program.send(SIGINT, to: program.ranks[0]) }
            try Self.stop(run, ranks: 2) { _ in _ = FileManager.default.createFile(atPath: "\(run.path)/STOP", contents: nil) }
            #expect(!FileManager.default.fileExists(atPath: "\(run.path)/STOP"), "the request is still there")
            try Self.stop(run, ranks: nil, ["run.maxHours=0.0001"]) { _ in }
            try Self.endLauncher(of: run)

            let reached = try #require(run.steps.last)
            let reference = Training("reference", in: folder, Self.endless)
            reference.run(["run.steps=\(reached)"])
            #expect(run.bits() == reference.bits(), "step \(reached)")
        }

        /// Starts or continues a run, asks it to stop after its first steps, and expects that it saved something newer.
        private static func stop(
            _ run: Training, ranks: Int?, _ more: [String] = [], _ location: SourceLocation = #_sourceLocation,
            by request: (RunningProgram) -> Void
        ) throws {
            let before = run.steps.last ?? 0
            let program = RunningProgram(run.command(["run.threads=1"] + more), ranks: ranks, in: run.folder)
            // The watch over the steps begins after the log has been opened.
            while !program.hasEnded && !program.output.contains(before == 0 ? "starting" : "continuing") { usleep(10_000) }
            usleep(200_000)
            if program.hasEnded && more.isEmpty { Issue.record("ended too early", sourceLocation: location) } else { request(program) }
            let result = program.wait(timeout: 60)
            #expect(result.exitCode == requeue && !result.timedOut, "\(result.summary)", sourceLocation: location)
            #expect(
                result.messages.count == 1 && result.messages[0].contains("stopped on request at step"), "\(result.summary)",
                sourceLocation: location)
            #expect((run.steps.last ?? 0) > before, sourceLocation: location)
        }

        /// SIGTERM to mpirun, which kills its ranks after two seconds: they may have saved by then or not, and no harm is done.
        private static func endLauncher(of run: Training) throws {
            let program = RunningProgram(run.command(["run.threads=1"]), ranks: 2, in: run.folder)
            while !program.hasEnded && !program.output.contains("continuing") { usleep(10_000) }
            usleep(100_000)
            program.send(SIGTERM)
            let result = program.wait(timeout: 60)
            #expect(result.exitCode != 0 && !result.timedOut, "\(result.summary)")
            #expect(program.waitForMembers(seconds: 60))
        }

        @Test func `a second signal ends a run at once`() throws {
            let folder = Scratch()
            // A step takes minutes, so that the first request cannot be met.
            let run = Training("busy", in: folder, Self.endless + ["sampler.steps=1000000", "model.widths=[64]"])
            let program = RunningProgram(run.command(["run.threads=1"]), in: folder)
            while !program.hasEnded && !program.output.contains("starting") { usleep(10_000) }
            program.send(SIGTERM)
            usleep(300_000)
            #expect(!program.hasEnded)
            program.send(SIGTERM)
            let result = program.wait(timeout: 20)
            #expect(result.exitCode == 128 + SIGTERM && !result.timedOut, "\(result.summary)")
        }

        @Test func `a run folder that another job uses is refused, and is free again after a kill`() throws {
            let folder = Scratch()
            let run = Training("busy", in: folder, Self.endless)
            let owner = RunningProgram(run.command(["run.threads=1"]), in: folder)
            while !owner.hasEnded && !owner.output.contains("starting") { usleep(10_000) }
            for ranks in [nil, 3] {
                let result = Program.run(run.command(), ranks: ranks, in: folder)
                #expect(result.exitCode == 73 && result.messages.count == 1, "\(result.summary)")
                #expect(result.errors.contains("another job") && result.errors.contains("process \(owner.pid)"), "\(result.summary)")
            }
            #expect(!owner.hasEnded)
            owner.endAll()
            let next = Program.run(run.command(["run.maxHours=0.00001"]), in: folder)
            #expect(next.exitCode == Self.requeue, "\(next.summary)")
        }
    }
}

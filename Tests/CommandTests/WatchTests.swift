import Foundation
import Glibc
import Testing

extension CommandTests {
    /// `watch` beside a training.
    @Suite(.serialized) struct WatchTests {
        @Test func `watch follows a training on two ranks, and ends when that is stopped`() throws {
            let folder = Scratch()
            let run = Training("run", in: folder, ["run.steps=100000000", "checkpoint.every=1000000", "report.every=1", "samples.every=0"])
            let training = RunningProgram(run.command(["run.threads=1"]), ranks: 2, in: folder)
            while !training.hasEnded && ((try? run.metrics)?.count ?? 0) < 2 { usleep(10_000) }
            let watch = RunningProgram(["watch", run.path], in: folder)
            while !watch.hasEnded && !watch.output.contains("step ") { usleep(10_000) }
            #expect(!watch.hasEnded, "\(watch.output) \(watch.errors)")
            try folder.write([], to: "run/STOP")
            #expect(training.wait().exitCode == 75)
            let result = watch.wait()
            #expect(result.exitCode == 0 && result.output.contains("nobody trains in \(run.path)"), "\(result.summary)")
            #expect(result.output.contains("/100000000") && result.output.contains("gap "), "\(result.summary)")
        }

        @Test func `watch refuses ranks, other folders, and nothing`() {
            let folder = Scratch()
            let ranks = Program.run(["watch", folder.path], ranks: 2, in: folder)
            #expect(ranks.exitCode == 64 && ranks.errors.contains("without mpirun"), "\(ranks.summary)")
            let none = Program.run(["watch", folder.path], in: folder)
            #expect(none.exitCode == 66 && none.errors.contains("config.json5"), "\(none.summary)")
            #expect(Program.run(["watch"], in: folder).exitCode == 64)
        }
    }
}

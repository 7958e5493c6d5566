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

        @Test func `where there are no locks watch goes on until the run is finished`() throws {
            let folder = Scratch()
            var fault = FaultLibrary.Fault("flock", ENOLCK, "/lock")
            fault.count = FaultLibrary.Fault.always
            let environment = try FaultLibrary(in: folder).environment(fault)
            let run = Training("run", in: folder, ["run.steps=100000000", "checkpoint.every=1000000", "report.every=1", "samples.every=0"])
            let training = RunningProgram(run.command(["run.threads=1"]), environment: environment, in: folder)
            while !training.hasEnded && ((try? run.metrics)?.count ?? 0) < 2 { usleep(10_000) }
            let watch = RunningProgram(["watch", run.path], environment: environment, in: folder)
            // It looks again.
            while !watch.hasEnded && watch.output.split(separator: "\n").count(where: { $0.hasPrefix("step ") }) < 2 { usleep(10_000) }
            #expect(!watch.hasEnded && watch.output.contains("whether somebody trains here cannot be told"), "\(watch.output)")
            watch.endAll()
            try folder.write([], to: "run/STOP")
            #expect(training.wait().exitCode == 75)
            let short = Training("short", in: folder)
            short.run()
            let end = Program.run(["watch", short.path], environment: environment, in: folder)
            #expect(end.exitCode == 0 && end.output.contains("the run is finished"), "\(end.summary)")
        }

        @Test func `a training that meets the glance of a watch takes its lock in silence`() throws {
            let folder = Scratch()
            let environment = try FaultLibrary(in: folder).environment(FaultLibrary.Fault("flock", EWOULDBLOCK, "/lock"))
            let result = Training("run", in: folder).run(environment: environment)
            #expect(!result.output.contains("another job"), "\(result.summary)")
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

import Foundation
import Testing

extension CommandTests {
    /// A rank that stops ends the job, wherever it does: with exit code 76, its number, its process and the place.
    ///
    /// `Tests/Harness/fault.c` stops rank 1 at a chosen call. Nobody measures time: the limit is made small, and a hang ends at the test's timeout.
    @Suite(.serialized) struct HangTests {
        /// Where a rank stops: the command, the call, and words of the message beside those of all messages.
        struct Place: CustomTestStringConvertible, Sendable {
            let name: String
            let command: [String]
            let call: String
            let words: [String]
            var testDescription: String { name }

            init(_ name: String, _ command: [String], at call: String, _ words: String...) {
                (self.name, self.command, self.call, self.words) = (name, command, call, words)
            }
        }

        private static let short = ["run.steps=4", "sampler.steps=2"]
        private static let endless = [
            "run.steps=100000000", "sampler.steps=2", "report.every=1000000", "samples.every=0", "checkpoint.every=0",
        ]

        /// A run in the folder "trained", which `train` makes, and arrays of its samples.
        static let places = [
            Place("MPI_Init", ["config"], at: "MPI_Init_thread:1", "MPI_Init", "(the start)"),
            Place("the start of communicators", ["config"], at: "MPI_Comm_dup:1", "the start of communicators"),
            Place("the command line", ["train", "--out", "new"] + Training.base, at: "MPI_Bcast:6", "(reading the configuration"),
            Place(
                "reading data", ["train", "--out", "new"] + Training.base + ["data.source=x.npy"], at: "MPI_Bcast:10", "(reading x.npy)"),
            Place(
                "continuing", ["train", "--out", "trained"] + Training.base + short, at: "open:chains.safetensors",
                "(loading a checkpoint)"),
            Place("a training step", ["train", "--out", "step"] + Training.base + endless, at: "MPI_Allreduce:200", "step "),
            Place(
                "a step in slices", ["train", "--out", "slices"] + Training.base + endless + ["run.sum=sliced"],
                at: "MPI_Reduce_scatter:50", "step ", "in sum in slices"),
            Place(
                "between two steps", ["train", "--out", "steps"] + Training.base + endless + ["evaluate.every=2", "evaluate.count=32"],
                at: "MPI_Allgatherv:12", "(between two steps)"),
            Place(
                "saving", ["train", "--out", "saved"] + Training.base + endless + ["checkpoint.every=3"], at: "open:chains.safetensors",
                "(saving a checkpoint)"),
            Place(
                "loading a model", ["sample", "--run", "trained", "--count", "20", "--out", "s.npy"], at: "open:model.safetensors",
                "(loading a checkpoint)"),
            Place("sample", ["sample", "--run", "trained", "--count", "20", "--out", "s.npy"], at: "open:s.npy", "(writing s.npy)"),
            Place("energy", ["energy", "--run", "trained", "--input", "x.npy", "--out", "e.npy"], at: "open:e.npy", "(writing e.npy)"),
            Place("evaluate", ["evaluate", "--run", "trained", "--count", "20"], at: "MPI_Allgatherv:1", "(evaluate)"),
            Place("diagnose", ["diagnose", "--run", "trained", "--draws", "8"], at: "MPI_Allgatherv:1", "(diagnose)"),
            Place("check", ["check"], at: "MPI_Allreduce:7", "(check)"),
            Place("bench sum", ["bench", "sum"], at: "MPI_Allreduce:9", "(bench)"),
            Place("the end", ["bench", "noise"], at: "MPI_Iallreduce:1", "(the end)"),
            Place("MPI_Finalize", ["config"], at: "MPI_Finalize:1", "MPI_Finalize"),
        ]

        @Test func `a rank that stops at any place ends the job with code 76, and is named with the place`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            try Self.prepare(folder)
            // Most of the time they wait: a few at once.
            for group in stride(from: 0, to: Self.places.count, by: 4).map({ Self.places[$0..<min($0 + 4, Self.places.count)] }) {
                let programs = group.map { place in
                    RunningProgram(
                        command: ["mpirun", "-n", "2", Program.path] + place.command,
                        environment: Self.environment(library, call: place.call), in: folder)
                }
                for (place, program) in zip(group, programs) {
                    let result = program.wait(timeout: 100)
                    #expect(result.exitCode == 76 && !result.timedOut, "\(place.name): \(result.summary)")
                    for words in ["watchdog: rank 0", "rank 1 (process ", "is stopped"] + place.words {
                        #expect(result.errors.contains(words), "\(place.name): \(words): \(result.summary)")
                    }
                    #expect(program.waitForMembers(seconds: 30), "\(place.name): a process is left")
                }
            }
        }

        @Test func `ranks that were given different commands do not wait for each other for ever`() throws {
            let folder = Scratch()
            try Self.prepare(folder)
            let program = RunningProgram(
                command: [
                    "mpirun", "-n", "1", Program.path, "sample", "--run", "trained", "--count", "20", "--out", "s.npy", ":", "-n", "1",
                    Program.path, "bench", "sum",
                ], environment: ["EBM_DIST_WATCHDOG_SECONDS": "3"], in: folder)
            let result = program.wait(timeout: 100)
            #expect(result.exitCode == 69 && result.errors.contains("different command lines"), "\(result.summary)")
        }

        @Test func `a limit that is no number of seconds is refused`() {
            let folder = Scratch()
            let result = Program.run(["config"], ranks: 2, environment: ["EBM_DIST_WATCHDOG_SECONDS": "soon"], in: folder)
            #expect(result.exitCode == 64 && result.messages.count == 1 && result.errors.contains("\"soon\""), "\(result.summary)")
        }

        @Test func `a job that is suspended as a whole and continued is no alarm`() throws {
            let folder = Scratch()
            let run = Training("suspended", in: folder, Self.endless)
            let program = RunningProgram(
                run.command(["run.threads=1"]), ranks: 2, environment: ["EBM_DIST_WATCHDOG_SECONDS": "3"], in: folder)
            while !program.hasEnded && !program.output.contains("starting") { usleep(10_000) }
            let ranks = program.ranks
            for rank in ranks { program.send(SIGSTOP, to: rank) }
            usleep(7_000_000)
            for rank in ranks { program.send(SIGCONT, to: rank) }
            usleep(300_000)
            #expect(!program.hasEnded)
            program.send(SIGUSR1)
            let result = program.wait(timeout: 60)
            #expect(result.exitCode == 75, "\(result.summary)")
        }

        // MARK: what they need

        private static func environment(_ library: FaultLibrary, call: String) -> [String: String] {
            library.environment(.init(stopping: call)).merging(["EBM_DIST_WATCHDOG_SECONDS": "3"]) { $1 }
        }

        /// A trained run, and samples of it.
        private static func prepare(_ folder: Scratch) throws {
            Training("trained", in: folder, short).run()
            let samples = Program.run(["sample", "--run", "trained", "--count", "40", "--out", "x.npy"], in: folder)
            try #require(samples.exitCode == 0, "\(samples.summary)")
        }
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

extension CommandTests {
    /// One program under two MPI libraries: that of the launcher is opened, the bits are the same, and ends mean the same.
    @Suite(.serialized) struct MPILibraryTests {
        enum Library: String, CaseIterable, Sendable {
            case openMPI = "mpirun.openmpi"
            case mpich = "mpirun.mpich"

            /// What runs say of it.
            var name: String { self == .openMPI ? "Open MPI v" : "MPICH" }

            var isInstalled: Bool {
                let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
                let isThere = folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(rawValue)") }
                if !isThere { print("skipped: there is no \(rawValue) (scripts/setup --tests)") }
                return isThere
            }

            func command(_ arguments: [String], ranks: Int) -> [String] { [rawValue, "-n", "\(ranks)", Program.path] + arguments }
        }

        private static let gaussians = ReadyConfiguration.all.first { $0.name == "25gaussians" }?.path ?? ""

        /// The digits, and 25 Gaussians, in a few steps.
        private static let kinds = [
            "digits": ["train", "run.shards=8", "run.chainsPerShard=8", "sampler.steps=3", "model.widths=[32]", "chains.buffer=128"],
            "25gaussians": [
                "train", gaussians, "run.chainsPerShard=8", "model.widths=[32, 32]", "chains.buffer=128", "optimizer.schedule=constant",
            ],
        ]

        @Test(arguments: ["digits", "25gaussians"])
        func `a training has the same bits under Open MPI and MPICH, on 1, 3 and 8 ranks, stopped under one and continued under the other`(
            kind: String
        ) throws {
            guard Library.allCases.allSatisfy(\.isInstalled) else { return }
            let folder = Scratch()
            let kind = try #require(Self.kinds[kind])
            let arguments = kind + ["run.threads=1", "optimizer.warmupSteps=2", "samples.every=0", "report.every=100"]
            func train(_ run: Training, to steps: Int, _ library: Library, ranks: Int) {
                let command = library.command(arguments + ["--out", run.path, "run.steps=\(steps)"], ranks: ranks)
                let result = Program.runOther(command, in: folder)
                #expect(result.exitCode == 0, "\(library), \(ranks) ranks: \(result.summary)")
                // One rank of MPICH needs no MPI.
                if library == .openMPI || ranks > 1 {
                    #expect(Folder.text("\(run.path)/config.json5").contains("MPI: \(library.name)"), "\(library), \(ranks) ranks")
                }
            }
            let reference = Training("reference", in: folder)
            train(reference, to: 8, .openMPI, ranks: 1)
            #expect(reference.steps == [8] && !reference.bits().values.contains("absent"))
            for (library, ranks) in [(Library.openMPI, 3), (.openMPI, 8), (.mpich, 1), (.mpich, 3), (.mpich, 8)] {
                let run = Training("\(library)-\(ranks)", in: folder)
                train(run, to: 8, library, ranks: ranks)
                #expect(run.bits() == reference.bits(), "\(library), \(ranks) ranks")
            }
            for (first, second) in [(Library.openMPI, Library.mpich), (.mpich, .openMPI)] {
                let run = Training("from-\(first)", in: folder)
                train(run, to: 4, first, ranks: 3)
                train(run, to: 8, second, ranks: 8)
                #expect(run.bits(step: 8) == reference.bits(), "from \(first)")
            }
        }

        @Test(arguments: Library.allCases)
        func `a request to the launcher saves and ends with code 75, and a failure with its own`(library: Library) throws {
            guard library.isInstalled else { return }
            let folder = Scratch()
            let run = Training("asked", in: folder, StopTests.endless)
            let program = RunningProgram(command: library.command(run.command(["run.threads=1"]), ranks: 3), in: folder)
            while !program.hasEnded && !program.output.contains("starting") { usleep(10_000) }
            usleep(200_000)
            program.send(SIGUSR1)
            let asked = program.wait(timeout: 60)
            #expect(asked.exitCode == StopTests.requeue && !asked.timedOut && run.steps.count == 1, "\(asked.summary)")

            let missing = Program.runOther(library.command(["train", "data.source=nowhere.npy", "--out", "x"], ranks: 3), in: folder)
            #expect(missing.exitCode == 66 && missing.messages.count == 1, "\(missing.summary)")
        }

        @Test func `a rank of MPICH that stops is found by the others, while MPI starts and in a step`() throws {
            guard Library.mpich.isInstalled else { return }
            let folder = Scratch()
            let faults = try FaultLibrary(in: folder)
            for (call, words) in [("MPI_Init_thread:1", "(the start)"), ("MPI_Allreduce:60", "step ")] {
                let run = Training("stopped-\(call.prefix(7))", in: folder, StopTests.endless)
                let result = RunningProgram(
                    command: Library.mpich.command(run.command(["run.threads=1"]), ranks: 2),
                    environment: faults.environment(FaultLibrary.Fault(stopping: call)).merging(["EBM_DIST_WATCHDOG_SECONDS": "3"]) { $1 },
                    in: folder
                ).wait(timeout: 90)
                #expect(!result.timedOut && result.exitCode == 76, "\(call): \(result.summary)")
                for words in ["rank 1", "is stopped", words] { #expect(result.errors.contains(words), "\(call): \(result.summary)") }
            }
        }

        @Test func `a library that is asked for by name or file is opened, and none in its place`() {
            let folder = Scratch()
            func start(_ library: String) -> Program.Result {
                RunningProgram(
                    command: Library.openMPI.command(["config"], ranks: 2), environment: ["EBM_DIST_MPI": library], in: folder
                ).wait()
            }
            #expect(start("openmpi").exitCode == 0)
            let missing = start("/nowhere/libmpi.so")
            #expect(missing.exitCode == 69 && missing.errors.contains("/nowhere/libmpi.so: cannot open"), "\(missing.summary)")
            let wrong = start("lam")
            #expect(wrong.exitCode == 64 && wrong.errors.contains("expected openmpi, mpich, abi or the path"), "\(wrong.summary)")
            guard Library.mpich.isInstalled else { return }
            let foreign = start("mpich")
            #expect(foreign.exitCode == 69 && foreign.errors.contains("sees an MPI world of 1"), "\(foreign.summary)")
            #expect(foreign.errors.contains("opened MPICH"), "\(foreign.summary)")
        }
    }
}

import Formats
import Foundation
import Glibc
import Testing

extension CommandTests {
    /// Calls of the system that fail, in the program itself: what they mean, and what is left behind.
    @Suite(.serialized) struct FaultTests {
        private typealias Fault = FaultLibrary.Fault

        private static func training(_ name: String, in folder: Scratch) -> Training {
            var run = Training(name, in: folder)
            run.arguments = [
                "run.shards=4", "run.chainsPerShard=4", "run.threads=1", "model.widths=[8]", "sampler.steps=2", "chains.buffer=32",
                "optimizer.warmupSteps=0", "run.steps=4", "checkpoint.every=2", "samples.every=0",
            ]
            return run
        }

        private static func start(
            _ run: Training, _ library: FaultLibrary, _ fault: Fault, ranks: Int? = nil, _ more: [String] = []
        ) -> Program.Result {
            Program.run(run.command(more), ranks: ranks, environment: library.environment(fault), in: run.folder)
        }

        @Test func `Without locks a run trains and says so, an interrupted lock is asked for again, and a disk's error ends it`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            for (code, exitCode, says) in [
                (ENOSYS, 0, "no locks"), (ENOLCK, 0, "no locks"), (EOPNOTSUPP, 0, "no locks"), (EINTR, 0, nil),
                (EIO, 74, "locking failed: Input/output error"),
            ] as [(Int32, Int32, String?)] {
                let result = Self.start(Self.training("lock-\(code)", in: folder), library, Fault("flock", code, "/lock"))
                #expect(result.exitCode == exitCode, "\(code): \(result.summary)")
                if let says { #expect((result.output + result.errors).contains(says), "\(code): \(result.summary)") }
                if says == nil { #expect(!result.output.contains("no locks"), "\(result.summary)") }
            }
        }

        @Test func `A folder that cannot be synced is none the worse, and a disk's error of one ends the run`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            for (code, exitCode) in [(EINVAL, 0), (EBADF, 0), (EOPNOTSUPP, 0), (EIO, 74)] as [(Int32, Int32)] {
                let run = Self.training("sync-\(code)", in: folder)
                var fault = Fault("fsync", code, "")
                (fault.isFolder, fault.count) = (true, FaultLibrary.Fault.always)
                let result = Self.start(run, library, fault)
                #expect(result.exitCode == exitCode, "\(code): \(result.summary)")
                if exitCode == 0 { #expect(run.steps == [2, 4]) }
            }
            // A file is another matter.
            let result = Self.start(Self.training("file", in: folder), library, Fault("fsync", EINVAL, "chains.safetensors"))
            #expect(result.exitCode == 74 && result.errors.contains("syncing failed"), "\(result.summary)")
        }

        @Test func `Each folder that is made has its parent synced`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            for parent in ["", "/a", "/a/b"] {
                try? FileManager.default.removeItem(atPath: folder.at("a"))
                var fault = Fault("fsync", EIO, "=\(folder.path)\(parent)")
                fault.isFolder = true
                let result = Self.start(Self.training("a/b/c", in: folder), library, fault)
                #expect(result.exitCode == 74 && result.errors.contains("\(folder.path)\(parent): syncing the folder"), "\(result.summary)")
            }
        }

        @Test(arguments: [nil, 2]) func `Every call of a start, a save and a continuation may be interrupted once`(ranks: Int?) throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            let reference = Self.training("reference", in: folder)
            reference.run()
            let run = Self.training("interrupted", in: folder)
            var fault = Fault("any", EINTR, run.path)
            (fault.count, fault.stride) = (FaultLibrary.Fault.always, 2)
            for steps in [2, 4] {
                let result = Self.start(run, library, fault, ranks: ranks, ["run.steps=\(steps)"])
                #expect(result.exitCode == 0 && !result.output.contains("passed over"), "\(result.summary)")
            }
            #expect(run.bits() == reference.bits())
        }

        @Test func `Events that cannot be written are said once and left out, and no run ends for them`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            let reference = Self.training("reference", in: folder)
            reference.run()
            for call in ["write", "fsync", "open"] {
                let run = Self.training("events-\(call)", in: folder)
                var fault = Fault(call, EIO, "tfevents")
                fault.count = FaultLibrary.Fault.always
                let result = Self.start(run, library, fault, ["report.every=1"])
                #expect(result.exitCode == 0, "\(call): \(result.summary)")
                #expect(
                    result.output.components(separatedBy: "events for TensorBoard are left out").count == 2, "\(call): \(result.summary)")
                #expect(run.bits() == reference.bits())
            }
        }

        @Test func `Old checkpoints and leftovers that cannot be removed are said once and left, and no run ends for them`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            let run = Self.training("nfs", in: folder)
            for (code, steps) in [(ENOTEMPTY, 6), (EBUSY, 12)] as [(Int32, Int)] {
                var fault = Fault("rmdir", code, ".step-")
                fault.count = FaultLibrary.Fault.always
                let result = Self.start(run, library, fault, ["checkpoint.every=1", "run.steps=\(steps)"])
                #expect(result.exitCode == 0, "\(result.summary)")
                let told = result.output.split(separator: "\n").filter { $0.contains("left there") }
                // Once for what the start finds, once for what the saves leave.
                #expect(told.count == (steps == 6 ? 1 : 2) && told[0].contains("errno \(code)"), "\(result.summary)")
                #expect(run.steps == [steps - 1, steps])
            }
            run.run(["checkpoint.every=1", "run.steps=12"])
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(run.path)/checkpoints")
            #expect(names.count == 2, "\(names)")
        }

        @Test func `An error while a checkpoint is loaded is no damage: it ends the run by its name, and the next start has the same bits`()
            throws
        {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            let reference = Self.training("reference", in: folder)
            reference.run(["run.steps=6"])
            let half = Self.training("half", in: folder)
            half.run()
            let files = ["manifest.json", "model.safetensors", "optimizer.safetensors", "chains.safetensors"]
            for (index, code) in [EIO, EACCES, EMFILE, ESTALE, ENFILE, EAGAIN].enumerated() {
                for (call, file) in zip(["open", "read", "stat"], files[(index % 2)...]) {
                    let run = try half.copied(to: "\(call)-\(code)")
                    let result = Self.start(run, library, Fault(call, code, "step-00000004/\(file)"), ["run.steps=6"])
                    let exitCode: Int32 = code == EACCES && call != "read" ? 66 : 74
                    #expect(result.exitCode == exitCode && result.messages.count == 1, "\(call) \(code): \(result.summary)")
                    #expect(result.errors.contains(file) && result.errors.contains("errno \(code)"), "\(call) \(code): \(result.summary)")
                    #expect(run.steps == [2, 4], "\(call) \(code)")
                    if call == "read" {
                        run.run(["run.steps=6"])
                        #expect(run.bits() == reference.bits(), "\(code)")
                    }
                }
            }
        }

        @Test func `A rank whose close fails, or that alone does not see a file, ends the run, and nothing is set aside`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            let run = Self.training("close", in: folder)
            var fault = Fault("close", EIO, ".partial/chains.safetensors")
            fault.rank = 1
            let closed = Self.start(run, library, fault, ranks: 2)
            #expect(closed.exitCode == 74 && closed.errors.contains("rank 1: "), "\(closed.summary)")
            #expect(closed.errors.contains("closing failed: Input/output error"), "\(closed.summary)")
            #expect(run.steps == [])
            run.run()
            var absent = Fault("stat", ENOENT, "step-00000004/chains.safetensors")
            (absent.rank, absent.count) = (1, FaultLibrary.Fault.always)
            // Neither looking nor opening finds it.
            let library2 = library.environment(absent).merging(["FAULT_CALL": "any"]) { $1 }
            let unseen = Program.run(run.command(["run.steps=6"]), ranks: 2, environment: library2, in: folder)
            #expect(unseen.exitCode == 74 && unseen.errors.contains("all nodes have to see the same files"), "\(unseen.summary)")
            #expect(run.steps == [2, 4])
        }

        @Test func `Rank 0 chooses the checkpoint for all: a file that another rank alone does not see is no damage, in every command`()
            throws
        {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            let run = Self.training("readers", in: folder)
            run.run(["data.source=moons"])
            try folder.write(NPY.encode(NumericArray(shape: [4, 2], .float32([0, 0, 1, 1, 0, 1, 1, 0]))), to: "rows.npy")
            let commands = [
                ["sample", "--count", "8", "--steps", "1", "--out", folder.at("s.npy")],
                ["energy", "--input", folder.at("rows.npy"), "--out", folder.at("e.npy")],
                ["evaluate", "--samples", folder.at("rows.npy")], ["diagnose", "--draws", "4", "--thin", "1", "--chains", "1"],
            ]
            for command in commands {
                var absent = Fault("stat", ENOENT, "step-00000004/model.safetensors")
                (absent.rank, absent.count) = (1, FaultLibrary.Fault.always)
                // Neither looking nor opening finds it.
                let environment = library.environment(absent).merging(["FAULT_CALL": "any"]) { $1 }
                let arguments = [command[0], "--run", run.path] + command.dropFirst()
                let unseen = Program.run(arguments, ranks: 2, environment: environment, in: folder)
                #expect(unseen.exitCode == 74 && unseen.messages.count == 1, "\(command[0]): \(unseen.summary)")
                #expect(unseen.errors.contains("though not on that of rank 0: all nodes have to see the same files"), "\(unseen.summary)")
                // Where rank 0 does not see it the checkpoint is damaged, and all take the one before.
                absent.rank = 0
                let damaged = library.environment(absent).merging(["FAULT_CALL": "any"]) { $1 }
                let older = Program.run(arguments, ranks: 2, environment: damaged, in: folder)
                #expect(older.exitCode == 0 && older.output.contains("passed over the checkpoint of step 4"), "\(older.summary)")
            }
            #expect(run.steps == [2, 4])
        }

        @Test func `A full disk is told before anything is written, with what is needed and what is free`() throws {
            let folder = Scratch()
            let library = try FaultLibrary(in: folder)
            let run = Self.training("full", in: folder)
            var fault = Fault("statvfs", 0, run.path)
            (fault.count, fault.free) = (FaultLibrary.Fault.always, 1000)
            let before = Self.start(run, library, fault)
            #expect(before.exitCode == 74, "\(before.summary)")
            let told = before.errors.firstMatch(of: /needs (\d+) bytes, and 1000 are free/)
            #expect(told.flatMap { Int($0.1) } ?? 0 > 1000, "\(before.summary)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(run.path)/checkpoints") == [])
            let during = Self.start(run, library, Fault("write", ENOSPC, "optimizer.safetensors"))
            #expect(during.exitCode == 74, "\(during.summary)")
            #expect(during.errors.firstMatch(of: /\d+ bytes are needed\. \d+ bytes are free there/) != nil, "\(during.summary)")
            run.run()
            #expect(run.steps == [2, 4])
        }
    }
}

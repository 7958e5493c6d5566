import Formats
import Foundation
import Glibc
import Testing

extension CommandTests {
    /// What a person, other programs and the limits of a process do to a run folder.
    @Suite(.serialized) struct RunFolderTests {
        @Test func `a file that reaches the limit of its size ends the run with code 74 and the reason`() {
            let folder = Scratch()
            let run = Training("limit", in: folder)
            // In blocks of 512 or 1024 bytes: less than the model needs, more than the messages do.
            let command = ["sh", "-c", "ulimit -f 8; exec \"$@\"", "sh", Program.path] + run.command(["model.widths=[128]"])
            let result = Program.runOther(command, in: folder)
            #expect(result.exitCode == 74 && result.messages.count == 1, "\(result.summary)")
            #expect(result.errors.contains("File too large") && result.errors.contains("ulimit -f"), "\(result.summary)")
            #expect(run.steps == [])
        }

        @Test func `files and folders of a run have the modes that the umask of the person leaves`() throws {
            let folder = Scratch()
            for (mask, folderMode, fileMode) in [("022", 0o755, 0o644), ("077", 0o700, 0o600)] {
                let run = Training("umask-\(mask)", in: folder)
                let command = ["sh", "-c", "umask \(mask); exec \"$@\"", "sh", "mpirun", "-n", "2", Program.path] + run.command()
                let result = Program.runOther(command, in: folder)
                #expect(result.exitCode == 0, "\(result.summary)")
                for (name, sum) in Folder.fingerprint(run.path).merging(["": "folder", "lock": ""], uniquingKeysWith: { $1 }) {
                    let mode = try FileManager.default.attributesOfItem(atPath: "\(run.path)/\(name)")[.posixPermissions] as? Int
                    #expect(mode == (sum == "folder" ? folderMode : fileMode), "\(mask): \(name)")
                }
            }
        }

        @Test func `A run of a relative path finds its data from any folder, and shows the path as it was typed`() throws {
            let folder = Scratch()
            let values = (0..<80).map { Float($0 * 29 % 17) / 9 }
            try folder.write(NPY.encode(NumericArray(shape: [40, 2], .float32(values))), to: "data/d.npy")
            let run = Training("run", in: folder, ["data.source=data/d.npy"])
            let first = run.run()
            #expect(first.output.contains("trains on data/d.npy"), "\(first.summary)")
            let elsewhere = Program.runOther(
                ["env", "-C", "/", Program.path, "evaluate", "--run", run.path, "--count", "10"], in: folder)
            #expect(elsewhere.exitCode == 0, "\(elsewhere.summary)")
            let longer = Program.runOther(
                ["env", "-C", "/", Program.path, "train", "\(run.path)/config.json5", "--out", run.path, "run.steps=14"], in: folder)
            #expect(longer.exitCode == 0 && run.steps.last == 14, "\(longer.summary)")
            // As typed at first, and from its own folder.
            run.run(["run.steps=15"])
            #expect(run.steps.last == 15)
        }

        @Test func `A finished run that is started again writes nothing`() throws {
            let folder = Scratch()
            let run = Training("run", in: folder, ["evaluate.every=6", "evaluate.count=16"])
            run.run()
            func times() throws -> [String: Date] {
                var times: [String: Date] = [:]
                for name in Folder.fingerprint(run.path).keys {
                    times[name] = try FileManager.default.attributesOfItem(atPath: "\(run.path)/\(name)")[.modificationDate] as? Date
                }
                return times
            }
            let (before, files) = (try times(), Folder.fingerprint(run.path))
            for more in [[], ["run.name=other"]] {
                let again = run.run(more)
                #expect(again.output.contains("finished: step 12 of 12 is done"), "\(again.summary)")
            }
            #expect(Folder.fingerprint(run.path) == files)
            #expect(try times() == before)
        }

        @Test func `a lock whose owner ends within seconds is waited for`() {
            let folder = Scratch()
            let run = Training("orphans", in: folder, ["run.steps=100000000", "checkpoint.every=1000000", "report.every=1000000"])
            let owner = RunningProgram(run.command(["run.threads=1"]), in: folder)
            while !owner.hasEnded && !owner.output.contains("starting") { usleep(10_000) }
            let next = RunningProgram(run.command(["run.maxHours=0.00001"]), ranks: 2, in: folder)
            while !next.hasEnded && !next.output.contains("another job is in this folder") { usleep(10_000) }
            owner.endAll()
            let result = next.wait(timeout: 60)
            #expect(result.exitCode == 75, "\(result.summary)")
            #expect(result.output.components(separatedBy: "another job is in this folder").count == 2, "\(result.summary)")
        }

        @Test func `readers beside a training that removes old checkpoints always find one`() {
            let folder = Scratch()
            let run = Training(
                "pruning", in: folder,
                ["run.steps=100000000", "checkpoint.every=1", "checkpoint.keep=2", "report.every=1000000", "samples.every=0"])
            let training = RunningProgram(run.command(["run.threads=1"]), in: folder)
            while !training.hasEnded && run.steps.isEmpty { usleep(10_000) }
            for number in 0..<8 {
                let sample = ["sample", "--run", run.path, "--count", "4", "--steps", "0", "--out", folder.at("s.npy")]
                let result = Program.run(sample, ranks: number % 4 == 0 ? 2 : nil, in: folder)
                #expect(result.exitCode == 0 && !result.output.contains("passed over"), "\(result.summary)")
            }
            #expect(!training.hasEnded)
            training.endAll()
        }

        @Test func `segments of shared memory that killed ranks left are removed by the next start, and those of a job that runs stay`()
            throws
        {
            let folder = Scratch()
            try FileManager.default.createDirectory(atPath: folder.at("shm"), withIntermediateDirectories: false)
            let environment = ["OMPI_MCA_btl_vader_backing_directory": folder.at("shm")]
            func segments() -> Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: folder.at("shm"))) ?? []) }
            func endless(_ name: String) -> RunningProgram {
                let run = Training(name, in: folder, ["run.steps=100000000", "checkpoint.every=1000000", "report.every=1000000"])
                let program = RunningProgram(run.command(["run.threads=1"]), ranks: 2, environment: environment, in: folder)
                while !program.hasEnded && !program.output.contains("starting") { usleep(10_000) }
                return program
            }
            let killed = endless("killed")
            let left = segments()
            try #require(left.count == 2, "\(left)")
            killed.endAll()
            let living = endless("living")
            let kept = segments().subtracting(left)
            try #require(kept.count == 2, "\(kept)")
            // A rank that has just made a segment is left alone for two seconds, and so are these.
            sleep(3)
            let check = Program.run(["config"], environment: environment, in: folder)
            #expect(check.exitCode == 0, "\(check.summary)")
            #expect(segments() == kept)
            living.endAll()
        }
    }
}

import Foundation
import TestSupport
import Testing

extension CommandTests {
    /// How the program was started, and what it says about itself.
    @Suite(.serialized) struct LaunchTests {
        @Test(arguments: [
            ["PMI_RANK": "0", "PMI_SIZE": "2"], ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"],
            ["MV2_COMM_WORLD_RANK": "0", "MV2_COMM_WORLD_SIZE": "4"],
        ])
        func `processes that a foreign launcher started on their own are refused with code 69`(_ environment: [String: String]) {
            let folder = Scratch()
            let run = Training("singleton", in: folder)
            let result = Self.runSingleton(run.command(), environment, in: folder)
            #expect(result.exitCode == 69 && result.messages.count == 1, "\(result.summary)")
            for (name, value) in environment { #expect(result.errors.contains("\(name)=\(value)"), "\(result.summary)") }
            #expect(result.errors.contains("srun --mpi=pmix"), "\(result.summary)")
            #expect(!FileManager.default.fileExists(atPath: run.path))
        }

        /// Runs a process that starts MPI alone, for which Open MPI starts a daemon that ends a little later.
        private static func runSingleton(_ arguments: [String], _ environment: [String: String], in folder: Scratch) -> Program.Result {
            let program = RunningProgram(arguments, environment: environment, in: folder)
            let result = program.wait()
            #expect(program.waitForMembers(seconds: 30), "\(arguments): a process is left")
            return result
        }

        @Test func `only the first of such processes speaks`() {
            let folder = Scratch()
            let result = Self.runSingleton(["config"], ["PMI_RANK": "1", "PMI_SIZE": "2"], in: folder)
            #expect(result.exitCode == 69 && result.errors.isEmpty && result.output.isEmpty, "\(result.summary)")
        }

        @Test(arguments: [nil, 2])
        func `arguments that are not UTF-8 are refused with their bytes, and no other file is read for them`(_ ranks: Int?) throws {
            let folder = Scratch()
            // What mending the bytes would make of the name.
            try folder.write(Array("1,2\n3,4\n".utf8), to: "caf\u{fffd}.csv")
            let start = ranks.map { "mpirun -n \($0) " } ?? ""
            let command = "exec \(start)'\(Program.path)' train --out new data.source=\"$(printf 'caf\\351.csv')\""
            let result = Program.runOther(["sh", "-c", command], in: folder)
            #expect(result.exitCode == 64 && result.messages.count == 1, "\(result.summary)")
            #expect(
                result.errors.contains("argument 4: expected text in UTF-8, found the bytes 'data.source=caf\\xe9.csv'"),
                "\(result.summary)")
            #expect(!FileManager.default.fileExists(atPath: folder.at("new")))
        }

        @Test func `a batch script of Slurm is no launcher`() {
            let folder = Scratch()
            let environment = ["SLURM_JOB_ID": "1", "SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_STEP_ID": "4294967291"]
            #expect(Program.run(["config"], environment: environment, in: folder).exitCode == 0)
        }

        @Test func `the self-test passes alone, and on 1 and 3 ranks, and leaves nothing behind`() throws {
            for ranks in [nil, 1, 3] {
                let folder = Scratch()
                let result = Program.run(["check"], ranks: ranks, in: folder)
                #expect(result.exitCode == 0 && result.output.contains("everything works"), "\(result.summary)")
                #expect(result.output.split(separator: "\n").filter { $0.hasPrefix("ok ") }.count == 7, "\(result.summary)")
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(left.allSatisfy { $0 == ".1" || $0.hasPrefix(".1.") }, "\(left)")
            }
        }

        /// Runs one command line on rank 0 and another on the ranks that follow.
        private static func run(_ first: [String], andOn others: Int, _ second: [String], in folder: Scratch) -> Program.Result {
            Program.runOther(["mpirun", "-n", "1"] + first + [":", "-n", String(others)] + second, in: folder, timeout: 60)
        }

        @Test(arguments: [
            (["train", "run.steps=3"], ["sample", "--count", "4"], "sample --count 4"), (["config"], ["check"], "check"),
            (["--help"], ["--version"], "--version"), (["config", "run.name=a b"], ["config", "run.name=b"], "config run.name=b"),
            (["nonsense"], ["bench", "sum"], "bench sum"),
        ])
        func `ranks with different command lines are refused with both, before anything is done`(
            first: [String], second: [String], shown: String
        ) {
            let folder = Scratch()
            let result = Self.run([Program.path] + first, andOn: 2, [Program.path] + second, in: folder)
            #expect(result.exitCode == 69 && !result.timedOut && result.output.isEmpty, "\(result.summary)")
            #expect(result.messages.count == 1 && result.errors.contains("different command lines"), "\(result.summary)")
            #expect(result.errors.contains("  rank 0: ebm-dist \(first[0])"), "\(result.summary)")
            #expect(result.errors.contains("  rank 1: ebm-dist \(shown)\n"), "\(result.summary)")
            #expect(!FileManager.default.fileExists(atPath: folder.at("runs")))
        }

        @Test func `ranks of two builds of one version are refused with both`() throws {
            let folder = Scratch()
            // A byte behind the end of the file changes nothing but the file.
            let other = folder.at("other")
            try FileManager.default.copyItem(atPath: Program.path, toPath: other)
            let file = try #require(FileHandle(forWritingAtPath: other))
            try file.seekToEnd()
            try file.write(contentsOf: Data([0]))
            try file.close()
            let versions = [Program.path, other].map {
                Program.runOther([$0, "--version"], in: folder).output.trimmingCharacters(in: .newlines)
            }
            #expect(versions[0] != versions[1] && versions.allSatisfy { $0.hasPrefix("ebm-dist 0.") && $0.contains(", program ") })
            let result = Self.run([Program.path, "config"], andOn: 2, [other, "config"], in: folder)
            #expect(result.exitCode == 69 && !result.timedOut && result.output.isEmpty, "\(result.summary)")
            #expect(result.errors.contains("different builds of the program"), "\(result.summary)")
            #expect(result.errors.contains("  rank 0: \(versions[0]) ("), "\(result.summary)")
            #expect(result.errors.contains("  rank 1: \(versions[1]) (") && result.errors.contains(other), "\(result.summary)")
        }

        /// Every command with its options.
        static let commands = [
            ["train", "--out", "--dry-run"],
            ["sample", "--run", "--count", "--out", "--grid", "--steps", "--from", "--weights", "--step", "--seed"],
            ["energy", "--run", "--input", "--out", "--weights", "--step"], ["config", "--defaults"], ["check"],
            ["bench", "--steps", "--chains", "--threads"],
        ]

        @Test func `every command explains itself and its options`() {
            let folder = Scratch()
            for command in Self.commands {
                for arguments in [[command[0], "--help"], [command[0], "-h"], ["help", command[0]]] {
                    let result = Program.run(arguments, in: folder)
                    #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result.summary)")
                    for word in ["usage: ebm-dist \(command[0])"] + command.dropFirst() {
                        #expect(result.output.contains(word), "\(word): \(result.summary)")
                    }
                }
            }
            let overview = Program.run(["--help"], ranks: 3, in: folder)
            #expect(overview.exitCode == 0, "\(overview.summary)")
            #expect(overview.output.components(separatedBy: "usage:").count == 2, "more than one rank speaks: \(overview.summary)")
            let names = overview.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.compactMap {
                $0.split(separator: " ").first.map(String.init)
            }
            #expect(Set(names).isSuperset(of: Self.commands.map { $0[0] }), "\(overview.summary)")
            for name in names where !Self.commands.contains(where: { $0[0] == name }) {
                let result = Program.run([name, "--help"], in: folder)
                #expect(result.exitCode == 0 && result.output.contains("usage: ebm-dist \(name)"), "\(result.summary)")
            }
            #expect(Program.run(["--version"], in: folder).output.hasPrefix("ebm-dist "))
        }

        @Test(arguments: [nil, 3])
        func `the program alone trains on the digits, and its first line says so, where to, and how to ask for more`(_ ranks: Int?) throws {
            let folder = Scratch()
            let quick = ["run.steps=2", "run.shards=4", "run.chainsPerShard=2", "sampler.steps=1", "model.widths=4", "chains.buffer=null"]
            let result = Program.run(quick, ranks: ranks, in: folder)
            let first = try #require(result.output.split(separator: "\n").first)
            for text in ["ebm-dist 0", "digits", "runs/digits", "--help"] { #expect(first.contains(text), "\(result.summary)") }
            #expect(result.exitCode == 0 && FileManager.default.fileExists(atPath: folder.at("runs/digits/config.json5")))
            let finished = Program.run(quick, ranks: ranks, in: folder)
            #expect(finished.exitCode == 0 && finished.output.contains("nothing to do"), "\(finished.summary)")
            // Nothing that it says is wider than a terminal, whatever the paths are.
            let lines = (result.output + finished.output).split(separator: "\n").filter { !$0.contains(Program.path) }
            #expect(lines.allSatisfy { $0.count < 120 }, "\(lines.filter { $0.count >= 120 })")
        }

        @Test func `waiting ranks are told to yield only where they do not`() {
            let folder = Scratch()
            let cores = ProcessInfo.processInfo.activeProcessorCount
            for (value, isAdvised) in [("0", true), ("1", false)] {
                let result = Program.run(
                    ["train", "--dry-run", "run.shards=\(cores + 2)", "chains.buffer=null"], ranks: cores + 2,
                    environment: ["OMPI_MCA_mpi_yield_when_idle": value], in: folder)
                #expect(result.output.contains("every step is slower"), "\(result.summary)")
                #expect(result.output.contains("yield_when_idle") == isAdvised, "\(result.summary)")
            }
        }

        @Test func `a key and a group of keys are explained, by help and by config`() {
            let folder = Scratch()
            for command in ["help", "config"] {
                let key = Program.run([command, "sampler.steps"], in: folder)
                #expect(key.exitCode == 0 && key.output.contains("an integer from 0") && key.output.contains("20"), "\(key.summary)")
                let group = Program.run([command, "optimizer"], in: folder)
                #expect(group.exitCode == 0 && group.output.contains("optimizer.learningRate = "), "\(group.summary)")
            }
        }

        @Test func `the printed defaults and every carried configuration resolve to themselves`() throws {
            let folder = Scratch()
            let defaults = Program.run(["config", "--defaults"], in: folder)
            #expect(defaults.exitCode == 0, "\(defaults.summary)")
            try folder.write(Array(defaults.output.utf8), to: "defaults.json5")
            let plain = Program.run(["config"], in: folder)
            let again = Program.run(["config", folder.at("defaults.json5")], in: folder)
            #expect(again.exitCode == 0 && again.output == plain.output, "\(again.summary)")
            // Every key has its comment in front.
            let lines = defaults.output.split(separator: "\n").filter { $0.hasPrefix("    ") }
            #expect(lines.count > 100 && lines.enumerated().allSatisfy { $0.offset % 2 == 1 || $0.element.hasPrefix("    // ") })

            for file in ReadyConfiguration.all {
                let resolved = Program.run(["config", file.path], in: folder)
                #expect(resolved.exitCode == 0, "\(file): \(resolved.summary)")
                try folder.write(Array(resolved.output.utf8), to: file.name)
                #expect(Program.run(["config", folder.at(file.name)], in: folder).output == resolved.output, "\(file)")
            }
        }

        @Test func `a dry run checks and tells, and makes no folder`() {
            let folder = Scratch()
            let run = Training("dry", in: folder)
            let result = Program.run(run.command(["--dry-run"]), ranks: 3, in: folder)
            #expect(result.exitCode == 0 && result.output.contains("3 ranks") && result.output.contains("12 shards"), "\(result.summary)")
            #expect(!FileManager.default.fileExists(atPath: run.path))
        }
    }
}

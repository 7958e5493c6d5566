import Formats
import Foundation
import Testing

extension CommandTests {
    /// What the batch scripts do when mpirun ends, with a Slurm that only writes down what it is told. `Tests/Harness/slurm` has a real one.
    @Suite(.serialized) struct BatchScriptTests {
        private static let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized.path

        /// Runs `train.sbatch` with an mpirun that ends with a code, after it was asked where the job is.
        /// - Returns: what Slurm was told, and the exit code of the script.
        private static func submit(
            code: Int, request: String? = nil, in folder: Scratch, during: String = ""
        ) throws -> (calls: [String], exitCode: Int32, result: Program.Result) {
            // The request comes from outside; the shell passes it on as SIGURG, more than once if need be.
            let asks = request.map { "trap 'exit \(code)' URG\nkill -\($0) $PPID\nfor i in $(seq 600); do /bin/sleep 0.05; done\nexit 99" }
            try program("mpirun", "[ \"$1\" != --version ] || exit 0\n\(during)\n\(asks ?? "exit \(code)")", in: folder)
            try program("scontrol", #"echo "scontrol $*" >>"$CALLS""#, in: folder)
            try program("scancel", #"echo "scancel $*" >>"$CALLS""#, in: folder)
            // What it waits for until Slurm ends it is over at once; pauses between two requests are not.
            try program("sleep", #"[ "$1" -ge 600 ] || exec /bin/sleep "$1""#, in: folder)
            let path = "\(folder.at("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            let environment = [
                "PATH": path, "CALLS": folder.at("calls"), "SLURM_JOB_ID": "7", "EBM_DIST": "/bin/true", "SLURM_SUBMIT_DIR": project,
            ]
            let program = RunningProgram(
                command: ["bash", "\(project)/slurm/train.sbatch", "config.json5", folder.at("run")], environment: environment, in: folder)
            let result = program.wait(timeout: 60)
            return (Folder.text(folder.at("calls")).split(separator: "\n").map(String.init), result.exitCode, result)
        }

        private static func program(_ name: String, _ body: String, in folder: Scratch) throws {
            try FileManager.default.createDirectory(atPath: folder.at("bin"), withIntermediateDirectories: true)
            // Closed in children that other tests start meanwhile: a file that somebody has open for writing is not run.
            try AtomicFile.write(Array("#!/bin/bash\n\(body)\n".utf8), to: folder.at("bin/\(name)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.at("bin/\(name)"))
        }

        @Test(arguments: [75, 129, 130, 137, 138, 143, 205])
        func `a job that ends because it was asked goes back to the queue`(code: Int) throws {
            let job = try Self.submit(code: code, request: "USR1", in: Scratch())
            #expect(job.calls == ["scontrol requeue 7"] && job.exitCode == Int32(code), "\(job.result.summary)")
        }

        @Test(arguments: [0, 1, 71, 74, 76, 78, 134, 139])
        func `a job that is done or fails though it was asked does not`(code: Int) throws {
            let job = try Self.submit(code: code, request: "USR1", in: Scratch())
            #expect(job.calls.isEmpty && job.exitCode == Int32(code), "\(job.result.summary)")
        }

        @Test(arguments: [0, 71, 137, 138, 143, 205])
        func `a job that asked for nothing ends as its run does`(code: Int) throws {
            let job = try Self.submit(code: code, in: Scratch())
            #expect(job.calls.isEmpty && job.exitCode == Int32(code), "\(job.result.summary)")
        }

        @Test func `a run that a person stops ends the job for good, and a lost machine after a save does not`() throws {
            #expect(try Self.submit(code: 75, in: Scratch()).calls == ["scancel 7"])
            let folder = Scratch()
            let saves = "mkdir -p \(folder.at("run/checkpoints/step-00000003"))"
            #expect(try Self.submit(code: 205, in: folder, during: saves).calls == ["scontrol requeue 7"])
        }

        @Test(arguments: [nil, "USR1"])
        func `A request by file ends the job for good, also where Slurm asked in the same moment`(request: String?) throws {
            for make in ["touch", "mkdir", "ln -s nowhere"] {
                let folder = Scratch()
                let asks = "mkdir -p \(folder.at("run")) && \(make) \(folder.at("run/STOP"))"
                let job = try Self.submit(code: 75, request: request, in: folder, during: asks)
                #expect(job.calls == ["scancel 7"] && job.exitCode == 75, "\(make): \(job.result.summary)")
                #expect(job.result.output.contains("stopped by a person"), "\(job.result.summary)")
                // The next job takes it away and the run up again.
                #expect((try? FileManager.default.attributesOfItem(atPath: folder.at("run/STOP"))) != nil)
            }
            // What did not end by a request is no answer to one.
            let folder = Scratch()
            let asks = "mkdir -p \(folder.at("run")) && touch \(folder.at("run/STOP"))"
            #expect(try Self.submit(code: 74, request: request, in: folder, during: asks).calls.isEmpty)
        }

        @Test(arguments: [(nil, "scancel 7"), ("USR1", "scontrol requeue 7")] as [(String?, String)])
        func `run.maxHours ends the job for good unless Slurm has asked`(request: String?, call: String) throws {
            let folder = Scratch()
            var run = Training("run", in: folder)
            run.arguments += StopTests.endless
            let training = run.command(["run.maxHours=1e-9", "run.threads=1"]).map { "'\($0)'" }.joined(separator: " ")
            // The program itself, which knows nothing of what the batch shell was asked: the shell has noted it before.
            let asks = request.map { "kill -\($0) $PPID; /bin/sleep 0.5" } ?? ""
            let job = try Self.submit(
                code: 99, in: folder, during: "\(asks)\ntrap '' URG\n'\(Program.path)' \(training)\nexit $?")
            #expect(job.calls == [call] && job.exitCode == 75 && run.steps == [1], "\(job.result.summary)")
        }

        @Test func `a run with a checkpoint that is not whole does not go back to the queue`() throws {
            let folder = Scratch()
            let saves = "mkdir -p \(folder.at("run/checkpoints/step-00000003"))"
            let job = try Self.submit(code: 137, request: "USR1", in: folder, during: saves)
            #expect(job.calls.isEmpty && job.result.output.contains("no manifest.json"), "\(job.result.summary)")
        }

        @Test func `a job that Slurm ends saves, and is neither cancelled nor sent back`() throws {
            let job = try Self.submit(code: 75, request: "TERM", in: Scratch())
            #expect(job.calls.isEmpty && job.exitCode == 75, "\(job.result.summary)")
        }
    }
}

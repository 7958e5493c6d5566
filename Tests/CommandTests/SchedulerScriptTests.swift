import Formats
import Foundation
import Testing

extension CommandTests {
    /// The batch scripts for PBS, LSF and Flux with schedulers that only write down what they are told: nobody has tried these scripts with real ones.
    @Suite(.serialized) struct SchedulerScriptTests {
        enum Scheduler: String, CaseIterable, Sendable {
            case pbs, lsf, flux

            var script: String { "\(rawValue)/train.\(rawValue)" }

            /// What sends the job back to the queue, and what ends it for good.
            var requeue: String {
                switch self {
                case .pbs: "qsub -W depend=afterany:7 -v CONFIG=config.json5,OUT="
                case .lsf: "brequeue 7"
                case .flux: "flux --parent batch --dependency=afterany:7 "
                }
            }

            var end: String? { self == .lsf ? "bkill 7" : nil }
        }

        private static let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized.path

        /// Runs a script with an mpirun that ends with a code, after what it does meanwhile.
        /// - Returns: what the scheduler was told, without questions, and the end of the script.
        private static func submit(
            _ scheduler: Scheduler, code: Int, during: String = "", variables: [String: String] = [:], in folder: Scratch
        ) throws -> (calls: [String], result: Program.Result) {
            try stub("mpirun", "[ \"$1\" != --version ] || exit 0\n\(during)\nexit \(code)", in: folder)
            for name in ["qsub", "brequeue", "bkill", "flux"] { try stub(name, "echo \"\(name) $*\" >>\"$CALLS\"", in: folder) }
            try stub("bjobs", "exit 0", in: folder)
            try stub("qstat", "echo \"    Resource_List.walltime = ${LIMIT:-00:10:00}\"", in: folder)
            try stub("sleep", #"[ "$1" -ge 600 ] || exec /bin/sleep "$1""#, in: folder)
            let environment = [
                "PATH": "\(folder.at("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "")", "CALLS": folder.at("calls"),
                "EBM_DIST": "/bin/true", "EBM_DIST_HOME": project, "PBS_JOBID": "7", "LSB_JOBID": "7", "FLUX_ENCLOSING_ID": "7",
                "CONFIG": "config.json5", "OUT": folder.at("run"), "KEYS": "run.steps=5 run.seed=2",
            ]
            let arguments = scheduler == .flux ? ["config.json5", folder.at("run"), "run.steps=5", "run.seed=2"] : []
            let result = RunningProgram(
                command: ["bash", "\(project)/\(scheduler.script)"] + arguments, environment: environment.merging(variables) { $1 },
                in: folder
            ).wait(timeout: 60)
            let calls = Folder.text(folder.at("calls")).split(separator: "\n").map(String.init)
            return (calls.filter { !$0.hasPrefix("flux --parent job eventlog") }, result)
        }

        private static func stub(_ name: String, _ body: String, in folder: Scratch) throws {
            try FileManager.default.createDirectory(atPath: folder.at("bin"), withIntermediateDirectories: true)
            try AtomicFile.write(Array("#!/bin/bash\n\(body)\n".utf8), to: folder.at("bin/\(name)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.at("bin/\(name)"))
        }

        /// What mpirun does while the shell is asked: it waits for the shell's own request.
        private static let asked = "trap 'exit 75' URG\nkill -USR1 $PPID\nfor i in $(seq 600); do /bin/sleep 0.05; done\nexit 99"

        @Test(arguments: Scheduler.allCases) func `a job that is asked goes back to the queue with all it was given`(scheduler: Scheduler)
            throws
        {
            let folder = Scratch()
            let job = try Self.submit(scheduler, code: 75, during: Self.asked, in: folder)
            #expect(job.calls.count == 1 && job.calls[0].hasPrefix(scheduler.requeue), "\(job.calls) \(job.result.summary)")
            #expect(job.result.exitCode == 75 && !job.result.timedOut, "\(job.result.summary)")
            if scheduler != .lsf { #expect(job.calls[0].contains("run.steps=5 run.seed=2") && job.calls[0].contains(folder.at("run"))) }
        }

        @Test(arguments: Scheduler.allCases) func `a run that a person stops does not come again, nor one that fails`(scheduler: Scheduler)
            throws
        {
            let folder = Scratch()
            let stopped = try Self.submit(
                scheduler, code: 75, during: "mkdir -p '\(folder.at("run"))' && touch '\(folder.at("run/STOP"))'", in: folder)
            #expect(stopped.calls == (scheduler.end.map { [$0] } ?? []) && stopped.result.exitCode == 75, "\(stopped.calls)")
            for code in [0, 66, 71] {
                let ended = try Self.submit(scheduler, code: code, in: Scratch())
                #expect(ended.calls.isEmpty && ended.result.exitCode == Int32(code), "\(ended.calls) \(ended.result.summary)")
            }
        }

        @Test(arguments: Scheduler.allCases) func `a job that the scheduler ends saves and does not come again`(scheduler: Scheduler) throws
        {
            let ends = "trap 'exit 75' URG\nkill -TERM $PPID\nfor i in $(seq 600); do /bin/sleep 0.05; done\nexit 99"
            let job = try Self.submit(scheduler, code: 75, during: ends, in: Scratch())
            #expect(job.calls.isEmpty && job.result.exitCode == 75, "\(job.calls) \(job.result.summary)")
        }

        @Test func `PBS has no warning, so a clock asks before the time limit`() throws {
            let waits = "trap 'exit 75' URG\nfor i in $(seq 600); do /bin/sleep 0.05; done\nexit 99"
            let job = try Self.submit(
                .pbs, code: 75, during: waits, variables: ["LIMIT": "00:00:03", "EBM_DIST_MARGIN": "2"], in: Scratch())
            #expect(job.calls.count == 1 && job.calls[0].hasPrefix("qsub"), "\(job.calls) \(job.result.summary)")
        }

        @Test(arguments: Scheduler.allCases) func `a prologue runs first, and another launcher starts the ranks`(scheduler: Scheduler)
            throws
        {
            let folder = Scratch()
            try Self.stub("starter", "[ \"$1\" != --version ] || exit 0\necho \"$* with $GREETING\" >>\"$CALLS\"", in: folder)
            let job = try Self.submit(
                scheduler, code: 99, variables: ["EBM_DIST_PROLOGUE": "export GREETING='a b'", "EBM_DIST_LAUNCHER": "starter -x 3"],
                in: folder)
            #expect(job.calls.count == 1 && job.calls[0].hasPrefix("-x 3 --bind-to none /bin/true train config.json5"), "\(job.calls)")
            #expect(job.calls[0].hasSuffix("with a b") && job.result.exitCode == 0, "\(job.result.summary)")
        }
    }
}

import Foundation
import Glibc
import Testing

extension CommandTests {
    /// `scripts/launch`: what it makes of signals, terminals and pipes on their way to mpirun.
    @Suite(.serialized) struct LauncherTests {
        private static let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../scripts/launch").standardized.path
        private static let mpirun = realPath("mpirun")
        /// mpirun gives its ranks no time: a signal that reaches it loses what they do.
        private static let impatient = ["OMPI_MCA_odls_base_sigkill_timeout": "0"]

        private static func realPath(_ program: String) -> String {
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            let found = folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? program
            return URL(fileURLWithPath: found).resolvingSymlinksInPath().path
        }

        private static func launch(_ run: Training, ranks: Int, _ terminal: PseudoTerminal? = nil) -> RunningProgram {
            RunningProgram(
                command: [script, String(ranks), Program.path] + run.command(["run.threads=1"]), environment: impatient, in: run.folder,
                terminal: terminal)
        }

        @Test func `requests at any time after the start are met`() {
            let folder = Scratch()
            for (number, delay) in [0, 40_000, 120_000, 250_000, 500_000].enumerated() {
                let run = Training("early-\(number)", in: folder, StopTests.endless)
                let program = Self.launch(run, ranks: 4)
                while !program.hasEnded && program.members(running: Self.mpirun).isEmpty { usleep(1000) }
                usleep(UInt32(delay))
                program.send([SIGUSR1, SIGHUP, SIGTERM][number % 3])
                let result = program.wait(timeout: 90)
                #expect(result.exitCode == StopTests.requeue && !result.timedOut, "\(delay): \(result.summary)")
                #expect(run.steps.count == 1, "\(delay)")
            }
        }

        @Test func `Ctrl-C on a terminal saves, says so, and the run continues to the same bits`() throws {
            let folder = Scratch()
            let run = Training("typed", in: folder, StopTests.endless)
            for ranks in [2, 3] {
                let terminal = PseudoTerminal()
                let program = Self.launch(run, ranks: ranks, terminal)
                while !program.hasEnded && !program.output.contains("starting") && !program.output.contains("continuing") { usleep(10_000) }
                usleep(200_000)
                // Ctrl-C is pressed, or the window is closed.
                if ranks == 2 { terminal.typeControlC() } else { terminal.close() }
                let result = program.wait(timeout: 60)
                #expect(result.exitCode == StopTests.requeue && !result.timedOut, "\(result.summary)")
                #expect(result.errors.contains("saving and stopping; a second Ctrl-C ends at once"), "\(result.summary)")
                #expect(program.waitForMembers(seconds: 30))
            }
            let reached = try #require(run.steps.last)
            let reference = Training("reference", in: folder, StopTests.endless)
            reference.run(["run.steps=\(reached)"])
            #expect(run.bits() == reference.bits(), "step \(reached)")
        }

        @Test func `a second Ctrl-C ends at once`() {
            let folder = Scratch()
            // A step takes minutes, so that the first request cannot be met.
            let run = Training("busy", in: folder, StopTests.endless + ["sampler.steps=1000000", "model.widths=[64]"])
            let terminal = PseudoTerminal()
            let program = Self.launch(run, ranks: 2, terminal)
            while !program.hasEnded && !program.output.contains("starting") { usleep(10_000) }
            terminal.typeControlC()
            while !program.hasEnded && !program.errors.contains("saving") { usleep(10_000) }
            usleep(300_000)
            #expect(!program.hasEnded)
            terminal.typeControlC()
            let result = program.wait(timeout: 60)
            #expect(result.exitCode == 128 + SIGUSR2 && !result.timedOut, "\(result.summary)")
            #expect(program.waitForMembers(seconds: 30), "a process is left")
        }

        @Test func `a closed output pipe does not end the ranks`() {
            let folder = Scratch()
            // mpirun by itself ends the job with the eleventh piece of output that nobody takes.
            let talk = "for i in $(seq 40); do echo $i; sleep 0.02; done; echo end >>done"
            let command = [#"{ "$0" 2 sh -c "$1"; echo "code $?" >code; } 2>&1 | head -n 1"#, Self.script, talk]
            let result = Program.runOther(["sh", "-c"] + command, in: folder)
            #expect(Folder.text(folder.at("code")) == "code 0\n", "\(result.summary)")
            #expect(Folder.text(folder.at("done")) == "end\nend\n")
        }

        @Test func `the exit code and the standard input are mpirun's, and auto starts two to eight ranks`() {
            let folder = Scratch()
            let answer = #"read -r line; echo "$line of $OMPI_COMM_WORLD_SIZE"; exit 7"#
            let result = Program.runOther(["sh", "-c", #"echo first | "$0" auto sh -c "$1""#, Self.script, answer], in: folder)
            #expect(result.exitCode == 7, "\(result.summary)")
            let line = result.output.split(separator: "\n").first { $0.hasPrefix("first of ") }
            let ranks = line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
            #expect((2...8).contains(ranks), "\(result.summary)")
        }
    }
}

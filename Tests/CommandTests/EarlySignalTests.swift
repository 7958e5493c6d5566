import Foundation
import Glibc
import Testing

extension CommandTests {
    /// Signals in the first moments of a process, before MPI, the data and even the program's own first line.
    @Suite(.serialized) struct EarlySignalTests {
        /// OpenBLAS starts its second thread while libraries initialise, before the first line of the program.
        private static let environment = ["OPENBLAS_NUM_THREADS": "2"]

        /// Waits until so many processes of the program are in that state or past it.
        private static func waitForLibraries(_ program: RunningProgram, processes: Int = 1) {
            while !program.hasEnded {
                let ready = program.ranks.filter { process in
                    let lines = Folder.text("/proc/\(process)/status").split(separator: "\n")
                    let threads = lines.first { $0.hasPrefix("Threads:") }?.split(separator: "\t").last.flatMap { Int($0) }
                    return (threads ?? 0) > 1
                }
                if ready.count == processes { return }
                usleep(1000)
            }
        }

        @Test(arguments: [SIGUSR1, SIGURG, SIGTERM, SIGINT, SIGHUP])
        func `a request before the program's first line is met at the end of the first step`(signal: Int32) {
            let folder = Scratch()
            let run = Training("early", in: folder, StopTests.endless)
            let program = RunningProgram(run.command(["run.threads=1"]), environment: Self.environment, in: folder)
            Self.waitForLibraries(program)
            program.send(signal)
            let result = program.wait(timeout: 60)
            #expect(result.exitCode == StopTests.requeue && !result.timedOut, "\(result.summary)")
            #expect(run.steps.count == 1)
        }

        @Test func `a request that waits behind a signal mask is met`() {
            let folder = Scratch()
            let run = Training("masked", in: folder, StopTests.endless)
            let program = RunningProgram(run.command(["run.threads=1"]), in: folder, blocking: [SIGUSR1])
            program.send(SIGUSR1)
            let result = program.wait(timeout: 60)
            #expect(result.exitCode == StopTests.requeue && !result.timedOut, "\(result.summary)")
            #expect(run.steps == [1])
        }

        @Test func `a request to mpirun that meets ranks before their first line is met by all of them`() {
            let folder = Scratch()
            for delay: UInt32 in [0, 30_000, 150_000] {
                let run = Training("ranks-\(delay)", in: folder, StopTests.endless)
                let program = RunningProgram(run.command(["run.threads=1"]), ranks: 4, environment: Self.environment, in: folder)
                Self.waitForLibraries(program, processes: 4)
                usleep(delay)
                program.send(SIGUSR1)
                let result = program.wait(timeout: 60)
                #expect(result.exitCode == StopTests.requeue && !result.timedOut, "\(delay): \(result.summary)")
                #expect(run.steps.count == 1, "\(delay)")
            }
        }

        @Test func `SIGHUP that was ignored at the start stays ignored`() {
            let folder = Scratch()
            let run = Training("nohup", in: folder, StopTests.endless)
            let program = RunningProgram(
                command: ["sh", "-c", #"trap "" HUP; exec "$0" "$@""#, Program.path] + run.command(["run.threads=1"]), in: folder)
            while !program.hasEnded && !program.output.contains("starting") { usleep(10_000) }
            program.send(SIGHUP)
            usleep(300_000)
            #expect(!program.hasEnded)
            program.send(SIGTERM)
            #expect(program.wait(timeout: 60).exitCode == StopTests.requeue)
        }

        @Test(arguments: [(SIGUSR1, SIGUSR1), (SIGURG, SIGUSR1), (SIGTERM, SIGTERM), (SIGINT, SIGINT), (SIGHUP, SIGHUP)])
        func `a command that has nothing to save ends at once, also by a signal before its first line`(signal: Int32, ends: Int32) {
            let folder = Scratch()
            let command = ["bench", "mlp2d", "--steps", "100000000"]
            let early = RunningProgram(command, environment: Self.environment, in: folder)
            Self.waitForLibraries(early)
            early.send(signal)
            #expect(early.wait(timeout: 30).exitCode == 128 + ends)
            let late = RunningProgram(command, in: folder)
            usleep(1_000_000)
            late.send(signal)
            #expect(late.wait(timeout: 30).exitCode == 128 + ends)
        }

        @Test func `a closed output pipe does not end training`() {
            let folder = Scratch()
            let run = Training("piped", in: folder, ["report.every=1"])
            let command = [#"{ "$0" "$@"; echo "code $?" >&2; } | head -n 1"#, Program.path] + run.command(["run.threads=1"])
            let result = Program.runOther(["sh", "-c"] + command, in: folder)
            #expect(result.errors.contains("code 0"), "\(result.summary)")
            #expect(run.steps.last == 12)
        }
    }
}

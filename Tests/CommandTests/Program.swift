import Foundation
import Glibc

/// The built program as a child process, alone or under mpirun, with a time limit.
enum Program {
    /// What a process left behind.
    struct Result: Sendable {
        /// The exit code; 128 plus the signal's number when a signal ended it.
        let exitCode: Int32
        let output: String
        let errors: String
        let timedOut: Bool

        /// The lines of the program itself on stderr, without mpirun's notices.
        var messages: [String] { errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("ebm-dist: ") } }

        /// For the message of a failed expectation.
        var summary: String { "exit code \(exitCode)\(timedOut ? " (timeout)" : "")\n\(output.suffix(1500))\n\(errors.suffix(3000))" }
    }

    /// `.build/release/ebm-dist`, beside the bundle of the tests.
    static let path: String = {
        let beside =
            ((try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]) as NSString
        let candidates = [
            "\(beside.deletingLastPathComponent)/ebm-dist",
            URL(fileURLWithPath: #filePath).appendingPathComponent("../../../.build/release/ebm-dist").standardized.path,
        ]
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            fatalError(
                "ebm-dist is neither at \(candidates[0]) nor at \(candidates[1]): build it with swift build -c release --build-tests")
        }
        return found
    }()

    /// Runs the program to its end.
    /// - Parameters:
    ///   - ranks: under `mpirun -n ranks`; nil: without mpirun.
    ///   - timeout: seconds after which everything that was started is killed. No test measures time: this only ends a hang.
    static func run(
        _ arguments: [String], ranks: Int? = nil, environment: [String: String] = [:], in folder: Scratch, timeout: Double = 120
    ) -> Result {
        RunningProgram(arguments, ranks: ranks, environment: environment, in: folder).wait(timeout: timeout)
    }

    /// Runs another program than ebm-dist, such as python3.
    static func runOther(_ command: [String], in folder: Scratch, timeout: Double = 120) -> Result {
        RunningProgram(command: command, environment: [:], in: folder).wait(timeout: timeout)
    }
}

/// A child process in a session and with a temporary folder of its own, so that whatever it starts can be found and ended, and nothing else.
final class RunningProgram {
    let pid: pid_t
    private let files: (output: String, errors: String)
    private let temporary: String
    private var status: Int32?

    convenience init(
        _ arguments: [String], ranks: Int? = nil, environment: [String: String] = [:], in folder: Scratch, blocking signals: [Int32] = []
    ) {
        let command = (ranks.map { ["mpirun", "-n", String($0)] } ?? []) + [Program.path] + arguments
        self.init(command: command, environment: environment, in: folder, blocking: signals)
    }

    /// - Parameters:
    ///   - signals: hidden by a mask when the process starts; they wait until it lifts the mask.
    ///   - terminal: the process's terminal and its standard input, which is empty otherwise.
    init(
        command: [String], environment: [String: String] = [:], in folder: Scratch, blocking signals: [Int32] = [],
        terminal: PseudoTerminal? = nil
    ) {
        let number = folder.nextNumber()
        files = ("\(folder.path)/.\(number).out", "\(folder.path)/.\(number).err")
        // One for each process: two mpirun that start at once get in each other's way.
        temporary = "\(folder.path)/.\(number)"
        _ = unsafe mkdir(temporary, 0o700)
        let variables = Self.environment(environment, temporary: temporary).map { "\($0.key)=\($0.value)" }
        pid = Self.spawn(
            command, variables, workingFolder: folder.path, files: (terminal?.path ?? "/dev/null", files.output, files.errors),
            blocking: signals)
    }

    deinit { if !hasEnded { endAll() } }

    /// The exit code once the process has ended.
    var exitCode: Int32? {
        if status == nil {
            var value: Int32 = 0
            if unsafe waitpid(pid, &value, WNOHANG) == pid { status = value }
        }
        return status.map { $0 & 0x7f == 0 ? ($0 >> 8) & 0xff : 128 + ($0 & 0x7f) }
    }

    var hasEnded: Bool { exitCode != nil }

    /// Whether a signal has stopped it.
    var isStopped: Bool {
        let status = String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data(), as: UTF8.self)
        // Behind the name in parentheses.
        return status.split(separator: ")").last?.hasPrefix(" T") == true
    }

    /// What it wrote on stdout up to now.
    var output: String { Self.text(files.output) }

    /// What it wrote on stderr up to now.
    var errors: String { Self.text(files.errors) }

    /// Waits for the end, and ends everything that was started when that takes too long.
    func wait(timeout: Double = 120) -> Program.Result {
        let deadline = ContinuousClock.now + .seconds(timeout)
        var timedOut = false
        while !hasEnded {
            if ContinuousClock.now > deadline {
                timedOut = true
                endAll()
            }
            usleep(2000)
        }
        return Program.Result(
            exitCode: exitCode ?? -1, output: Self.text(files.output), errors: Self.text(files.errors), timedOut: timedOut)
    }

    func send(_ signal: Int32, to process: pid_t? = nil) { _ = Glibc.kill(process ?? pid, signal) }

    /// What this process started and still runs: mpirun and its ranks, also when mpirun is gone, and daemons that have left its session. Their
    /// temporary folder is this process's own.
    var members: [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let mark = Data("TMPDIR=\(temporary)\0".utf8)
        return names.compactMap { pid_t($0) }.filter { process in
            // Empty for a process that has ended and is not waited for.
            FileManager.default.contents(atPath: "/proc/\(process)/environ")?.range(of: mark) != nil
        }
    }

    /// The ranks under mpirun.
    var ranks: [pid_t] { members(running: Program.path) }

    /// Those of `members` that run this file.
    func members(running path: String) -> [pid_t] {
        members.filter { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/exe")) == path }.sorted()
    }

    /// Kills what this process and its children are.
    func endAll() {
        for process in members { send(SIGKILL, to: process) }
        send(SIGKILL)
        while !hasEnded { usleep(1000) }
    }

    /// Waits until no process of the session is left; false when one is still there after so many seconds.
    func waitForMembers(seconds: Double) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !members.isEmpty {
            if ContinuousClock.now > deadline { return false }
            _ = hasEnded
            usleep(5000)
        }
        return true
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// This process's variables without those of a launcher, with what several ranks on few cores of one machine need (scripts/launch).
    private static func environment(_ extra: [String: String], temporary: String) -> [String: String] {
        let launchers = [
            "OMPI_COMM_", "OMPI_UNIVERSE", "OMPI_APP", "OMPI_FILE", "OMPI_FIRST", "PMIX_", "PMI_", "SLURM_", "MV2_", "ORTE_", "MPI_LOCAL",
        ]
        var variables = ProcessInfo.processInfo.environment.filter { name, _ in !launchers.contains { name.hasPrefix($0) } }
        let needed = [
            "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
            "OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self,vader", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
            // What killed ranks leave behind goes away with the folder of the test.
            "OMPI_MCA_btl_vader_backing_directory": temporary, "TMPDIR": temporary,
        ]
        variables.merge(needed) { $1 }
        if getuid() == 0 {
            variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
            variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
        }
        return variables.merging(extra) { $1 }
    }

    /// POSIX_SPAWN_SETSID of <spawn.h>, which only GNU programs get to see.
    private static let newSession: Int16 = 0x80

    private static func spawn(
        _ command: [String], _ variables: [String], workingFolder: String, files: (input: String, output: String, errors: String),
        blocking signals: [Int32]
    ) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        // Threads of the testing library block signals, and a child would inherit that.
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in signals { unsafe sigaddset(&mask, signal) }
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK))
        // The first terminal that the leader of a session opens is its own.
        unsafe posix_spawn_file_actions_addopen(&actions, 0, files.input, O_RDWR, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, files.output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, files.errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // env replaces itself by the command, so the process keeps its id.
        let arguments = CStrings(["env", "-C", workingFolder] + command)
        let environment = CStrings(variables)
        var pid: pid_t = 0
        let code = unsafe posix_spawnp(&pid, "env", &actions, &attributes, arguments.pointers, environment.pointers)
        guard code == 0 else { fatalError("\(command[0]) cannot be started: \(unsafe String(cString: strerror(code)))") }
        return pid
    }
}

/// A list of texts as `posix_spawn` wants it: pointers, the last one nil.
@safe private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { unsafe pointers = texts.map { unsafe strdup($0) } + [nil] }

    deinit { unsafe pointers.forEach { unsafe free($0) } }
}

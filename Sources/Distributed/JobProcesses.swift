import Foundation
import Glibc

/// The processes of this host, as /proc shows them to this user.
enum JobProcesses {
    /// What the kernel says of a process, in words; nil where it is gone.
    static func condition(of process: Int32) -> String? {
        guard let text = text("/proc/\(process)/stat"), let bracket = text.lastIndex(of: ")") else { return nil }
        // The name, in brackets, may hold anything; the letter follows.
        switch text[bracket...].dropFirst(2).first {
        case "T": return "is stopped (by SIGSTOP or SIGTSTP)"
        case "t": return "is held by a debugger"
        case "D": return "waits for a device"
        case "Z", "X": return nil
        default: return "does not run"
        }
    }

    /// The stopped processes that the launcher of this one started with it, by rank: those that a rank waits for before it knows the others.
    ///
    /// They have its PMIx namespace in common, or, where a launcher knows no PMIx, the process that started them.
    static func stopped(environment: [String: String]) -> [(rank: Int, process: Int32)] {
        let job = environment["PMIX_NAMESPACE"]
        let ranks = MPIFamily.allCases.flatMap(\.variables.rank)
        let found = processes.compactMap { process -> (rank: Int, process: Int32)? in
            guard let condition = condition(of: process), condition.hasPrefix("is ") else { return nil }
            let variables = variables(of: process)
            guard job == nil ? parent(of: process) == getppid() : variables["PMIX_NAMESPACE"] == job else { return nil }
            return ranks.lazy.compactMap { variables[$0].flatMap(Int.init) }.first.map { ($0, process) }
        }
        return found.sorted { $0.rank < $1.rank }
    }

    private static func parent(of process: Int32) -> Int32? {
        guard let text = text("/proc/\(process)/stat"), let bracket = text.lastIndex(of: ")") else { return nil }
        return text[bracket...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) }
    }

    private static var processes: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }

    /// The variables that a process was started with.
    private static func variables(of process: Int32) -> [String: String] {
        let lines = text("/proc/\(process)/environ")?.split(separator: "\0") ?? []
        let pairs = lines.compactMap { line in line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[$0...].dropFirst())) } }
        return Dictionary(pairs) { first, _ in first }
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}

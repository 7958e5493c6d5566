import CBuild
import Distributed
import Formats
import Foundation
import Numerics

/// What the program is and what it was built with.
public enum BuildInformation {
    public static let version = "ebm-dist 0.3.0"

    /// The commit it was built from, with `+changes` when files differed from it; empty where the build was not told (`make build` tells it).
    public static let commit = unsafe String(cString: ebm_build_commit())

    /// XXH3 of the program's own file: two builds of one version differ in it. `unknown` where a process may not read what it runs.
    ///
    /// The file of 16 MB takes about 5 ms from memory. Every process reads it once, whatever the command.
    public static let program = (try? Checksum.ofFile("/proc/self/exe")) ?? "unknown"

    /// Version, and commit where it is known: what checkpoints say of the program that wrote them.
    static var source: String { "\(version)\(commit.isEmpty ? "" : ", commit \(commit)")" }

    /// Version, commit where it is known, and program in one line.
    public static var description: String { "\(source), program \(program)" }

    /// As short as the first line of a run has room for: the commit, else the beginning of the program's checksum.
    static var short: String { "\(version) (\(commit.isEmpty ? "program \(program.prefix(8))" : "commit \(commit)"))" }

    /// Lines for the head of config.json5.
    static func lines(ranks: Int) -> [String] {
        [
            description,
            "MPI: \(MPILibrary.version)",
            "BLAS: \(Products.library)",
            "CPU: \(processor)",
            "ranks of this start: \(ranks)",
        ]
    }

    /// The model of the machine's CPU.
    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}

import Distributed
import Foundation
import Numerics

/// What the program is and what it was built with.
public enum BuildInformation {
    public static let version = "ebm-dist 0.1.0"

    /// Lines for the head of config.json5.
    static func lines(ranks: Int) -> [String] {
        [
            version,
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

import Foundation

/// The set of cores that this process may run on, as bits of 64-bit words, core 0 first.
package struct CPUMask: Hashable {
    /// Room for 65,536 cores, the same on every rank, so that masks can be united word by word.
    package static let wordCount = 1024

    package var words: [UInt64]

    /// The affinity of the main thread, as Linux tells it in /proc; all active cores where it does not.
    package static func current() -> CPUMask {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        return CPUMask(processStatus: status) ?? CPUMask(cores: ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The cores 0 ..< cores.
    package init(cores: Int) {
        words = [UInt64](repeating: 0, count: Self.wordCount)
        for core in 0..<min(max(1, cores), 64 * Self.wordCount) { words[core / 64] |= 1 << UInt64(core % 64) }
    }

    /// The line `Cpus_allowed: ff,ffffffff` of /proc/PID/status: groups of 32 cores in hexadecimal, the last cores first.
    package init?(processStatus: String) {
        guard let line = processStatus.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else { return nil }
        let groups = line.dropFirst("Cpus_allowed:".count).trimmingCharacters(in: .whitespaces).split(separator: ",").reversed()
        guard groups.count <= 2 * Self.wordCount else { return nil }
        words = [UInt64](repeating: 0, count: Self.wordCount)
        for (index, group) in groups.enumerated() {
            guard let bits = UInt32(group, radix: 16) else { return nil }
            words[index / 2] |= UInt64(bits) << (index % 2 == 0 ? 0 : 32)
        }
        guard count > 0 else { return nil }
    }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}

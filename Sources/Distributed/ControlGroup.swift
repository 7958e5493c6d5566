import Foundation

/// The limits that the control groups of this process set, as a container or a batch system does: less of the machine than it has.
///
/// A limit of a group holds for all groups inside it, so the least one on the way from the process's own group up to the root counts. Both
/// hierarchies are read: version 2 (one tree) and version 1 (a tree for each controller).
package struct ControlGroup: Hashable, Sendable {
    /// Processor time in a second of the clock: 1.5 is one and a half cores; nil where there is no limit.
    package let cores: Double?
    /// Bytes; nil where there is no limit.
    package let memory: Int?

    /// - Parameters:
    ///   - processGroups: the text of /proc/self/cgroup.
    ///   - mounts: the text of /proc/self/mountinfo.
    ///   - read: the content of a file; nil where there is none.
    package init(processGroups: String, mounts: String, read: (String) -> String?) {
        let trees = Self.trees(mounts)
        var (cores, memory): ([Double], [Int]) = ([], [])
        for line in processGroups.split(separator: "\n") {
            // number:controllers:path; version 2 names no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { continue }
            let controllers = Set(parts[1].split(separator: ",").map(String.init))
            for tree in trees where tree.holds(controllers) {
                for folder in tree.folders(of: parts[2]) {
                    if tree.isUnified || controllers.contains("cpu") { cores += [Self.cores(folder, read)].compactMap { $0 } }
                    if tree.isUnified || controllers.contains("memory") { memory += [Self.memory(folder, read)].compactMap { $0 } }
                }
            }
        }
        (self.cores, self.memory) = (cores.min(), memory.min())
    }

    /// That of this process, read once: limits hold for the whole run.
    package static let current: ControlGroup = {
        func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
        return ControlGroup(processGroups: text("/proc/self/cgroup") ?? "", mounts: text("/proc/self/mountinfo") ?? "", read: text)
    }()

    /// Whole cores that may run all the time: at least one.
    package func limited(_ count: Int) -> Int { max(1, min(count, cores.map { Int(min($0.rounded(.up), 1e6)) } ?? count)) }

    // MARK: files

    /// `cpu.max` of version 2: "quota period" or "max period"; `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1: -1 is no limit.
    private static func cores(_ folder: String, _ read: (String) -> String?) -> Double? {
        let words =
            read("\(folder)/cpu.max")?.split(whereSeparator: \.isWhitespace).map(String.init)
            ?? ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map {
                read("\(folder)/\($0)")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
            }
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0 else { return nil }
        return quota / period
    }

    /// `memory.max` of version 2, "max" is no limit; `memory.limit_in_bytes` of version 1, where a number near 2^63 is none.
    private static func memory(_ folder: String, _ read: (String) -> String?) -> Int? {
        guard let text = read("\(folder)/memory.max") ?? read("\(folder)/memory.limit_in_bytes"),
            let bytes = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), bytes > 0, bytes < 1 << 62
        else { return nil }
        return bytes
    }

    // MARK: mounted trees

    /// A mounted hierarchy.
    private struct Tree {
        let isUnified: Bool
        /// The controllers of version 1.
        let controllers: Set<String>
        /// Where it is mounted, and which of its groups stands there: a container sees its own as the root.
        let mount: String
        let root: String

        func holds(_ names: Set<String>) -> Bool { isUnified ? names.isEmpty : !names.isEmpty && names.isSubset(of: controllers) }

        /// The folders of a group and of those around it, as far as they are mounted.
        func folders(of path: String) -> [String] {
            let (own, top) = (Self.names(path), Self.names(root))
            // In a namespace of its own the path may begin above the mounted root or lie outside of it: then the root is what can be seen.
            let inside = own.starts(with: top) ? Array(own.dropFirst(top.count)) : []
            guard !inside.contains("..") else { return [mount] }
            return (0...inside.count).map { ([mount] + inside.prefix($0)).joined(separator: "/") }
        }

        private static func names(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
    }

    /// The lines of mountinfo: "36 35 98:0 /root /mount options - cgroup2 source options", spaces of paths as \040.
    private static func trees(_ mounts: String) -> [Tree] {
        mounts.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let dash = words.firstIndex(of: "-"), dash >= 5, words.count > dash + 3 else { return nil }
            let (root, mount) = (unescaped(words[3]), unescaped(words[4]))
            switch words[dash + 1] {
            case "cgroup2": return Tree(isUnified: true, controllers: [], mount: mount, root: root)
            case "cgroup":
                let names = Set(words[dash + 3].split(separator: ",").map(String.init))
                return Tree(isUnified: false, controllers: names, mount: mount, root: root)
            default: return nil
            }
        }
    }

    private static func unescaped(_ path: String) -> String {
        [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")].reduce(path) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }
}

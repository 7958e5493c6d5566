import Distributed
import Foundation
import Testing

/// Made-up trees of control groups.
struct ControlGroupTests {
    private static let unified = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
    private static let separate = """
        22 1 8:1 / / rw - ext4 /dev/sda1 rw
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        36 31 0:33 / /sys/fs/cgroup/my\\040pids rw,relatime - cgroup cgroup rw,pids

        """

    /// What the program reads; the script that starts it must come to the same number of cores.
    private func group(_ groups: String, _ mounts: String, _ files: [String: String], _ location: SourceLocation = #_sourceLocation)
        -> ControlGroup
    {
        let group = ControlGroup(processGroups: groups, mounts: mounts) { files[$0] }
        do {
            let root = FileManager.default.temporaryDirectory.appending(path: "ebm-dist-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: root) }
            for (path, text) in files.merging(["/proc/self/cgroup": groups, "/proc/self/mountinfo": mounts], uniquingKeysWith: { $1 }) {
                let url = URL(filePath: root + path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: url)
            }
            let found = try Self.scripted(count: 64, root: root)
            #expect(found == "\(group.limited(64))\n", "scripts/cores.sh of \(groups)", sourceLocation: location)
        } catch {
            Issue.record("\(error)", sourceLocation: location)
        }
        return group
    }

    private static func scripted(count: Int, root: String) throws -> String {
        let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../scripts/cores.sh").standardized.path
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", ". \"$1\"; limited_cores \"$2\" \"$3\"", "bash", script, String(count), root]
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `version 2: the least limit on the way to the root counts`() {
        let files = [
            "/sys/fs/cgroup/job/cpu.max": "400000 100000\n", "/sys/fs/cgroup/job/memory.max": "8589934592\n",
            "/sys/fs/cgroup/job/step/cpu.max": "150000 100000\n", "/sys/fs/cgroup/job/step/memory.max": "max\n",
            "/sys/fs/cgroup/other/cpu.max": "1000 100000\n", "/sys/fs/cgroup/other/memory.max": "1\n",
        ]
        let inner = group("0::/job/step\n", Self.unified, files)
        #expect(inner.cores == 1.5 && inner.memory == 8_589_934_592)
        let outer = group("0::/job\n", Self.unified, files)
        #expect(outer.cores == 4 && outer.memory == 8_589_934_592)
        #expect(group("0::/\n", Self.unified, files) == group("", "", [:]))
        // The outer one is the narrower one.
        let narrow = files.merging(["/sys/fs/cgroup/job/cpu.max": "50000 100000"]) { $1 }
        #expect(group("0::/job/step\n", Self.unified, narrow).cores == 0.5)
    }

    @Test func `version 1: each controller has a tree of its own`() {
        let groups = "9:name=systemd:/x\n4:memory:/m/own\n1:cpu,cpuacct:/c\n0::/u\n"
        let files = [
            "/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us": "200000\n", "/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/m/memory.limit_in_bytes": "4096000\n", "/sys/fs/cgroup/memory/m/own/memory.limit_in_bytes": "8192000\n",
            "/sys/fs/cgroup/memory/c/memory.limit_in_bytes": "1\n",
        ]
        let found = group(groups, Self.separate, files)
        #expect(found.cores == 2 && found.memory == 4_096_000)
    }

    @Test func `in a container the mounted group is the root of what can be seen`() {
        let files = ["/sys/fs/cgroup/cpu.max": "300000 100000", "/sys/fs/cgroup/step/cpu.max": "max 100000"]
        let mounts = "31 23 0:28 /docker/0123 /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
        #expect(group("0::/docker/0123/step\n", mounts, files).cores == 3)
        #expect(group("0::/elsewhere\n", mounts, files).cores == 3)
        #expect(group("0::/../../outside\n", Self.unified, files).cores == 3)
    }

    @Test(arguments: ["max 100000", "", "x", "-5 100000", "0 100000", "100000 0", "1 2 3", "nan 1"])
    func `what is no limit, or no number, is none`(_ text: String) {
        let found = group("0::/\n", Self.unified, ["/sys/fs/cgroup/cpu.max": text, "/sys/fs/cgroup/memory.max": text])
        #expect(found.cores == nil && found.memory == nil)
        #expect(found.limited(6) == 6)
    }

    @Test func `broken lines of the system's files are passed over`() {
        let files = ["/sys/fs/cgroup/cpu.max": "100000 100000"]
        for (groups, mounts) in [("0:/\n", Self.unified), ("::", "x - cgroup2"), ("0::/", "1 2 3 4 5 - cgroup2"), ("\n", "\n")] {
            #expect(group(groups, mounts, files).cores == nil, "\(groups) \(mounts)")
        }
    }

    @Test func `cores are whole, at least one and at most those there are`() {
        func limited(_ quota: Int, of count: Int) -> Int {
            group("0::/", Self.unified, ["/sys/fs/cgroup/cpu.max": "\(quota) 100000"]).limited(count)
        }
        #expect(limited(150_000, of: 8) == 2 && limited(1000, of: 8) == 1 && limited(800_000, of: 2) == 2)
        #expect(limited(.max, of: 4) == 4)
        #expect(ControlGroup.current.limited(4) >= 1)
    }
}

import Failures
import Foundation
import Glibc
import Synchronization
import Testing
import Training

struct RunFolderTests {
    let scratch = ScratchFolder()

    private func touch(_ path: String, folder: Bool = false) {
        if folder {
            try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } else {
            _ = FileManager.default.createFile(atPath: path, contents: Data("x".utf8))
        }
    }

    @Test func `names sort like numbers`() {
        let folder = RunFolder("runs/x/")
        #expect(folder.path == "runs/x" && RunFolder("/").path == "/")
        #expect(folder.checkpoint(1000) == "runs/x/checkpoints/step-00001000")
        #expect(folder.sample(123_456_789) == "runs/x/samples/step-123456789.png")
        #expect(folder.partial(7) == "runs/x/checkpoints/.step-00000007.partial")
    }

    @Test func `only names that a save gives are steps, the newest first`() throws {
        let folder = scratch.run()
        #expect(try folder.steps() == [])
        try folder.create()
        for name in [
            "step-00000008", "step-00000012", "step-123456789", "step-7", "step--0000005", "step-+0000006", "step-00000004.aside",
            ".step-00000016.partial",
            "step-", "other", "step-99999999999999999999",
        ] {
            touch("\(folder.checkpoints)/\(name)", folder: true)
        }
        #expect(try folder.steps() == [123_456_789, 12, 8])
    }

    @Test func `what interrupted saves left is removed, what the user put there stays`() throws {
        let folder = scratch.run()
        try folder.create()
        let gone = [".step-00000004.partial", "../config.json5.123.tmp", "../report.html.7.tmp", "../samples/step-00000004.png.99.tmp"]
        let kept = ["step-00000004", "notes.txt", "../mine.tmp", "../samples/step-00000004.png"]
        for name in gone + kept { touch("\(folder.checkpoints)/\(name)", folder: name.hasPrefix(".step") || name.hasPrefix("step")) }
        touch("\(folder.checkpoints)/.step-00000004.partial/half")
        #expect(try folder.removeLeftovers() == [])
        for name in gone { #expect(try !RunFolder.isFile("\(folder.checkpoints)/\(name)"), "\(name)") }
        for name in kept { #expect(try RunFolder.isFile("\(folder.checkpoints)/\(name)"), "\(name)") }
    }

    @Test func `a pipe, a socket or a device in the place of any file or folder of a run is refused by name, and not opened`() throws {
        for name in [
            "config.json5", "metrics.jsonl", "evaluation.jsonl", "report.html", "lock", "samples", "checkpoints",
            "samples/step-00000004.png",
        ] {
            for isLink in [false, true] {
                let folder = scratch.run(UUID().uuidString)
                try folder.create()
                let path = "\(folder.path)/\(name)"
                if try RunFolder.isFile(path) { try RunFolder.remove(path) }
                #expect(unsafe mkfifo(isLink ? "\(folder.path)/pipe" : path, 0o600) == 0)
                if isLink { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(folder.path)/pipe") }
                // A picture is written beside a link, which is then replaced.
                if isLink && name.hasSuffix(".png") { continue }
                let refused = failure { try ScratchRun.train(in: folder) }
                #expect(refused?.kind == .inputOutput && refused?.message.hasPrefix("\(path): expected") == true, "\(name)")
                #expect(refused?.message.contains("found a pipe") == true, "\(name)")
            }
        }
    }

    @Test func `a pipe in the place of a partial or a committed checkpoint is taken out of the way`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["run.steps=4"], in: folder)
        #expect(unsafe mkfifo(folder.partial(8), 0o600) == 0)
        #expect(unsafe mkfifo(folder.checkpoint(6), 0o600) == 0)
        let lines = try ScratchRun.train(in: folder)
        #expect(lines.contains { $0.contains("passed over the checkpoint of step 6") })
        #expect(lines.contains { $0.hasPrefix("continuing at step 4") })
        #expect(try folder.steps() == [8, 4])
    }
}

struct RunLockTests {
    let scratch = ScratchFolder()

    @Test func `a second lock is refused and names the owner; the first one's end frees the folder`() throws {
        let folder = scratch.run()
        try folder.create()
        var lock: RunLock? = try RunLock(folder)
        let lines = ScratchRun.Lines()
        let refused = failure { _ = try RunLock(folder, patience: .milliseconds(250)) { lines.append($0) } }
        #expect(refused?.kind == .runFolder)
        // It asks several times and says so once.
        #expect(lines.all.count == 1 && lines.all[0].contains("waiting"), "\(lines.all)")
        #expect(refused?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true, "\(refused?.message ?? "")")
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try RunLock(folder)
    }

    @Test func `a lock that is freed while it is waited for is taken`() throws {
        let folder = scratch.run()
        try folder.create()
        let first = Mutex<RunLock?>(try RunLock(folder))
        // What is said comes after the first refusal.
        _ = try RunLock(folder, patience: .seconds(60)) { _ in first.withLock { $0 = nil } }
    }

    @Test func `a lock file of a job that is gone is no lock`() throws {
        let folder = scratch.run()
        try folder.create()
        _ = FileManager.default.createFile(atPath: "\(folder.path)/lock", contents: Data("host elsewhere, process 1\n".utf8))
        _ = try RunLock(folder)
        #expect(try String(contentsOfFile: "\(folder.path)/lock", encoding: .utf8).contains("elsewhere") == false)
    }

    @Test func `a run in a folder where another one trains is refused, on all ranks`() throws {
        let folder = scratch.run()
        try folder.create()
        let lock = try RunLock(folder)
        let refused = failure { _ = try ThreadRanks.run(2) { try ScratchRun.train(in: folder, on: $0) } }
        #expect(refused?.kind == .runFolder)
        withExtendedLifetime(lock) {}
    }
}

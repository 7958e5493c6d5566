import Formats
import Foundation
import Glibc
import Testing

extension CommandTests {
    /// Data that stay in their file, or stand once on a node, under real processes.
    @Suite(.serialized) struct DataMemoryTests {
        private let folder = Scratch()

        private func write(_ name: String, rows: Int) throws {
            let values = (0..<rows * 4).map { Float($0 * 29 % 37) / 9 }
            try folder.write(NPY.encode(NumericArray(shape: [rows, 4], .float32(values))), to: name)
        }

        private func training(_ name: String, _ more: String...) -> Training {
            Training(name, in: folder, ["data.source=\(folder.at("data.npy"))", "sampler.stepSize=0.01"] + more)
        }

        @Test func `ranks that share a copy, or read the file, leave the bits of one that holds the rows`() throws {
            try write("data.npy", rows: 200)
            let alone = training("alone", "data.memory=rank")
            alone.run()
            for (memory, ranks) in [("node", 2), ("node", 3), ("file", 2), ("file", 3), ("rank", 3)] {
                let run = training("\(memory)-\(ranks)", "data.memory=\(memory)")
                run.run(ranks: ranks)
                #expect(run.bits() == alone.bits(), "\(memory), \(ranks) ranks")
            }
        }

        @Test(arguments: [nil, 2])
        func `a file that is cut while a run reads it ends the run by a message, and it continues when the file is back`(
            ranks: Int?
        ) throws {
            try write("data.npy", rows: 5000)
            let bytes = Folder.bytes(folder.at("data.npy"))
            let run = training("run", "data.memory=file", "run.steps=100000", "checkpoint.every=10")
            let program = RunningProgram(run.command(["run.threads=2"]), ranks: ranks, in: folder)
            for _ in 0..<6000 where run.steps.last ?? 0 < 10 && !program.hasEnded { usleep(10_000) }
            _ = unsafe truncate(folder.at("data.npy"), 10_000)
            let result = program.wait()
            #expect(result.exitCode == 74, "\(result.summary)")
            let message = result.messages.joined()
            for text in [folder.at("data.npy"), "row ", "expected 16 bytes", "the file has become shorter"] {
                #expect(message.contains(text), "\(result.summary)")
            }
            let last = try #require(run.steps.last)
            try folder.write(bytes, to: "data.npy")
            let continued = Program.run(run.command(["run.maxHours=1e-6"]), in: folder)
            #expect(continued.exitCode == 75, "\(continued.summary)")
            #expect(run.steps.last ?? 0 > last)
        }

        @Test func `a rank that does not see the file is named`() throws {
            try write("data.npy", rows: 200)
            // Of two ranks the second has another folder under the same path.
            let script = """
                #!/bin/sh
                [ "${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}" = 0 ] || mount --bind "$PWD/empty" "$PWD/hidden" || exit 99
                exec "$@"
                """
            try folder.write(Array(script.utf8), to: "hide")
            for name in ["empty", "hidden"] {
                try FileManager.default.createDirectory(atPath: folder.at(name), withIntermediateDirectories: true)
            }
            try folder.write(Folder.bytes(folder.at("data.npy")), to: "hidden/data.npy")
            let run = Training("run", in: folder, ["data.source=\(folder.at("hidden/data.npy"))", "data.memory=file"])
            let command = ["mpirun", "-n", "2", "unshare", "--mount", "sh", folder.at("hide"), Program.path] + run.command()
            let result = RunningProgram(command: command, in: folder).wait()
            // Where nobody may mount, there is nothing to see.
            guard result.exitCode != 99, !result.errors.contains("unshare") else { return }
            #expect(result.exitCode == 66, "\(result.summary)")
            let message = result.messages.joined()
            for text in ["rank 1 on ", "hidden/data.npy", "data.memory=node"] { #expect(message.contains(text), "\(result.summary)") }
        }

        @Test func `where a node has no room for its copy every rank holds the rows, and the first screen says so`() throws {
            try write("data.npy", rows: 400_000)
            let run = training("run", "data.memory=node")
            let launch = ["mpirun", "-n", "2", "sh", "-c", "ulimit -f 10000 && exec \"$@\"", "sh", Program.path]
            let result = RunningProgram(command: launch + run.command(["--dry-run"]), in: folder).wait()
            #expect(result.exitCode == 0, "\(result.summary)")
            for text in ["in the memory of every rank", "there is no room for a copy"] {
                #expect(result.output.contains(text), "\(result.summary)")
            }
        }

        @Test func `a file larger than the memory that a process may have trains`() throws {
            // 1 GiB of which 4 MiB are written, and half as many addresses.
            let (rows, width) = (1 << 21, 128)
            let path = folder.at("large.npy")
            try folder.write(NPY.header(.float32, shape: [rows, width]), to: "large.npy")
            let file = try FileHandle(forUpdating: URL(filePath: path))
            let start = try file.seekToEnd()
            try file.write(contentsOf: Data((0..<1 << 22).map { UInt8($0 % 61) }))
            try file.truncate(atOffset: start + UInt64(rows * width * 4))
            let run = Training("run", in: folder, ["data.source=\(path)", "run.steps=3"])
            let command = ["sh", "-c", "ulimit -v 524288 && exec \"$@\"", "sh", Program.path] + run.command(["run.threads=1"])
            let result = RunningProgram(command: command, in: folder).wait(timeout: 300)
            #expect(result.exitCode == 0, "\(result.summary)")
            #expect(result.output.contains("read from the file when they are wanted"), "\(result.summary)")
        }
    }
}

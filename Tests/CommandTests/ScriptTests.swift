import Foundation
import Testing

extension CommandTests {
    /// The scripts of benchmarks/ and Tests/Harness/: each can be tried in seconds, and says what it lacks.
    @Suite(.serialized) struct ScriptTests {
        private static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized.path

        /// Those in Python, from the root of the repository on.
        static let scripts = ["benchmarks", "Tests/Harness"].flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []).map { "\(folder)/\($0)" }
        }.filter { script in
            let head = FileManager.default.contents(atPath: "\(root)/\(script)")?.prefix(40) ?? Data()
            return String(decoding: head, as: UTF8.self).hasPrefix("#!/usr/bin/env python3")
        }.sorted()

        private static func run(_ command: [String], program: String = Program.path, in folder: Scratch) -> Program.Result {
            RunningProgram(command: command, environment: ["EBM_DIST": program, "PYTHONDONTWRITEBYTECODE": "1"], in: folder)
                .wait(timeout: 300)
        }

        /// A comparison that needs no files.
        private static let comparison = #"""
            {"seconds": [1, 2], "rows": 16, "variants": {
              "chains": {"configuration": "configs/25gaussians.json5", "arguments": ["model.widths=[8]", "sampler.steps=2"], "samples": {"chains": []}}}}
            """#

        /// What a script needs beside `--quick`.
        private static func arguments(_ script: String, in folder: Scratch) throws -> [String] {
            switch script {
            case "benchmarks/equal-time":
                try folder.write(Array(comparison.utf8), to: "spec.json")
                return [folder.at("spec.json")]
            case "benchmarks/variants": return ["\(root)/benchmarks/specs/stanley-rings.json"]
            default: return []
            }
        }

        @Test func `there are scripts, and the module that they share is none`() {
            #expect(Self.scripts.count >= 13 && !Self.scripts.contains("benchmarks/common.py"), "\(Self.scripts)")
        }

        @Test(arguments: scripts) func `a script describes itself and its arguments`(script: String) {
            let result = Self.run(["\(Self.root)/\(script)", "--help"], in: Scratch())
            #expect(result.exitCode == 0, "\(result.summary)")
            for word in ["usage: ", "--quick", "--program"] { #expect(result.output.contains(word), "\(result.summary)") }
        }

        @Test(arguments: scripts) func `without the program a script says how to build it, and with an older Python which is wanted`(
            script: String
        )
            throws
        {
            let folder = Scratch()
            let path = "\(Self.root)/\(script)"
            let absent = Self.run([path, "--quick"] + (try Self.arguments(script, in: folder)), program: folder.at("none"), in: folder)
            #expect(
                absent.exitCode == 1 && absent.errors.contains("make build") && absent.errors.contains(folder.at("none")),
                "\(absent.summary)")
            let older = """
                import os, runpy, sys
                sys.version_info, sys.argv = (3, 7, 0, "final", 0), [sys.argv[1]]
                sys.path.insert(0, os.path.dirname(sys.argv[0]))
                runpy.run_path(sys.argv[0], run_name="__main__")
                """
            let refused = Self.run(["python3", "-c", older, path], in: folder)
            #expect(refused.exitCode == 1 && refused.errors.contains("expected Python 3.9 or newer, found 3.7"), "\(refused.summary)")
        }

        // A Slurm is more than a test may start.
        @Test(arguments: scripts.filter { $0 != "Tests/Harness/slurm" })
        func `a script comes to its end with a table in its quick setting`(script: String) throws {
            let folder = Scratch()
            let result = Self.run(["\(Self.root)/\(script)", "--quick"] + (try Self.arguments(script, in: folder)), in: folder)
            if result.errors.contains("expected numpy") {
                print("skipped: \(script): python3 has no numpy")
                return
            }
            #expect(result.exitCode == 0 && !result.timedOut, "\(result.summary)")
            #expect(result.output.contains("| --- |"), "\(result.summary)")
        }
    }
}

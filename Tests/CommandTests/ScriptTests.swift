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
            case "benchmarks/variants": return ["\(root)/benchmarks/specs/stanley-digits.json"]
            default: return []
            }
        }

        @Test func `there are scripts, and the module that they share is none`() {
            #expect(Self.scripts.count >= 14 && !Self.scripts.contains("benchmarks/common.py"), "\(Self.scripts)")
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

        // A Slurm, several hosts, and another system are more than a test may start.
        @Test(arguments: scripts.filter { !["slurm", "slurm-ends", "hosts", "dist"].map { "Tests/Harness/\($0)" }.contains($0) })
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

        @Test func `of a grid the cell with the least measure, and no other, is trained with every seed`() throws {
            let folder = Scratch()
            let spec = #"""
                {"configuration": "configs/25gaussians.json5", "every": 2, "measures": {"KL": "plane.fit.divergence"}, "choose": "KL",
                 "arguments": ["run.steps=2", "model.widths=[8]", "sampler.steps=2", "optimizer.warmupSteps=0"],
                 "variants": {"chains": {"grid": {"optimizer.learningRate": [0, 0.1]}}, "still": ["optimizer.learningRate=0"]}}
                """#
            try folder.write(Array(spec.utf8), to: "spec.json")
            let command = ["\(Self.root)/benchmarks/variants", folder.at("spec.json"), "--seeds", "2", "--folder", folder.at("runs")]
            let result = Self.run(command, in: folder)
            #expect(result.exitCode == 0, "\(result.summary)")
            func divergence(_ run: String) throws -> Double {
                let line = try #require(Folder.bytes(folder.at("runs/\(run)/evaluation.jsonl")).split(separator: 10).last)
                let values = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                let fit = (values?["plane"] as? [String: Any])?["fit"] as? [String: Any]
                return try #require(fit?["divergence"] as? Double)
            }
            let cells = ["0", "0-1"].map { "chains-optimizer-learningRate-\($0)" }
            let divergences = try cells.map { try divergence("\($0)-1") }
            let best = divergences[0] < divergences[1] ? 0 : 1
            #expect(FileManager.default.fileExists(atPath: folder.at("runs/\(cells[best])-2")))
            #expect(!FileManager.default.fileExists(atPath: folder.at("runs/\(cells[1 - best])-2")))
            #expect(result.output.contains("| chains (optimizer.learningRate=\(["0", "0.1"][best])) |"), "\(result.summary)")
            #expect(result.output.contains("| still |"), "\(result.summary)")
        }

        @Test func `a training that was longer than is wanted now is used`() throws {
            let folder = Scratch()
            let spec = #"""
                {"configuration": "configs/25gaussians.json5", "every": 2, "measures": {"KL": "plane.fit.divergence"},
                 "arguments": ["run.steps=2", "model.widths=[8]", "sampler.steps=2"], "variants": {"chains": []}}
                """#
            try folder.write(Array(spec.utf8), to: "spec.json")
            let command = ["\(Self.root)/benchmarks/variants", folder.at("spec.json"), "--seeds", "1", "--folder", folder.at("runs")]
            for steps in [4, 2] {
                let result = Self.run(command + ["run.steps=\(steps)"], in: folder)
                #expect(result.exitCode == 0 && result.output.contains("| variant | step 2 | step 4 |"), "\(result.summary)")
            }
        }

        /// The row that `evidence` makes of what was measured before, without the program.
        private static func row(of claim: String, in folder: Scratch) -> String {
            let command = ["\(root)/benchmarks/evidence", "--kept", "--folder", folder.at("kept"), claim]
            let result = run(command, program: folder.at("none"), in: folder)
            #expect(result.exitCode == 0, "\(result.summary)")
            return String(result.output.split(separator: "\n").last ?? "")
        }

        /// What a training of a claim has come to: a measure of the plane at its last step, and what `evaluate` says there.
        private static func keep(_ run: String, step: Int, plane: String = "null", evaluated: String, in folder: Scratch) throws {
            let line = #"{"step": \#(step), "energyEvaluations": 1, "trainingSeconds": 1, "plane": \#(plane)}"#
            try folder.write(Array("\(line)\n".utf8), to: "kept/\(run)/evaluation.jsonl")
            try folder.write(Array(evaluated.utf8), to: "kept/\(run)/evaluate-\(step).json")
        }

        /// What `evidence` says of the claim on 25 Gaussians where its trainings have come to these squared errors, each with its seeds.
        private static func verdict(_ errors: [String: [Double]], shorter: String? = nil) throws -> String {
            let folder = Scratch()
            let spec = try JSONSerialization.jsonObject(with: Data(Folder.bytes("\(root)/benchmarks/specs/ed-25gaussians.json")))
            let arguments = try #require((spec as? [String: Any])?["arguments"] as? [String])
            let steps = try #require(arguments.lazy.compactMap { Int($0.replacing("run.steps=", with: "")) }.first)
            for (variant, values) in errors {
                for (seed, error) in values.enumerated() {
                    try keep(
                        "ed-25gaussians/\(variant)-\(seed + 1)", step: variant == shorter ? steps / 2 : steps,
                        plane: #"{"fit": {"squaredError": \#(error), "divergence": 1}}"#,
                        evaluated: #"{"measures": {"fit": {"squaredErrorUpToConstant": \#(error)}}}"#, in: folder)
                }
            }
            return row(of: "ed-25gaussians", in: folder)
        }

        @Test func `a claim is reproduced when the spreads of all seeds lie as it says, and the program is not needed to say so`() throws {
            var errors = [
                "CD--as-published": [0.5, 0.6, 0.7], "CD--ours": [0.01, 0.02, 0.03], "energy-discrepancy": [0.04, 0.05, 0.06],
                "exact-score-matching": [3, 4, 5],
            ]
            let row = try Self.verdict(errors)
            #expect(row.contains("| reproduced |") && row.contains("energy discrepancy 0.05 (0.04 to 0.06)"), "\(row)")
            errors["energy-discrepancy"] = [0.04, 0.05, 0.55]
            #expect(try Self.verdict(errors).contains("| partly |"))
            errors["exact-score-matching"] = [0.3, 4, 5]
            #expect(try Self.verdict(errors).contains("| not |"))
            // Two values of three, the third without a training.
            errors["exact-score-matching"] = [4, 5]
            #expect(try Self.verdict(errors).contains("| not all measured yet |"))
            #expect(try Self.verdict([:]).contains("| not measured yet |"))
        }

        @Test func `a training that has not come as far as the others is shown with its own step, and nothing is judged by it`() throws {
            let errors = [
                "CD--as-published": [0.5, 0.6, 0.7], "CD--ours": [0.01, 0.02, 0.03], "energy-discrepancy": [0.04, 0.05, 0.06],
                "exact-score-matching": [3, 4, 5],
            ]
            let row = try Self.verdict(errors, shorter: "CD--as-published")
            #expect(row.contains("CD, as published at step ") && row.contains("energy discrepancy at step "), "\(row)")
            #expect(row.contains("| not all measured yet |"), "\(row)")
        }

        @Test(arguments: [([1.0, 2, 3], "reproduced"), ([3.5, 5, 9], "reproduced"), ([4.5, 5, 9], "not")])
        func `a claim that two are on a level is reproduced unless one is above the other with every seed`(
            distances: [Double], word: String
        )
            throws
        {
            let folder = Scratch()
            for (variant, values) in ["energy-discrepancy": distances, "chains--60-steps": [2, 3, 4]] {
                for (seed, value) in values.enumerated() {
                    let evaluated = #"{"samples": {"samples": {"frechetDistance": \#(value)}}}"#
                    try Self.keep("latent-prior/\(variant)-\(seed + 1)", step: 1500, evaluated: evaluated, in: folder)
                }
            }
            let row = Self.row(of: "latent-prior", in: folder)
            #expect(row.contains("| \(word) |"), "\(row)")
        }

        @Test(arguments: [([0.9, 0.85, 0.95], "reproduced"), ([0.9, 0.7, 0.95], "partly")])
        func `a claim about a measure by itself compares it with a number, on the side of every seed`(found: [Double], word: String) throws
        {
            let folder = Scratch()
            for (variant, values) in ["energy-discrepancy": found, "chains--60-steps": [0.6, 0.6, 0.6]] {
                for (seed, value) in values.enumerated() {
                    let outliers = #"{"parts": {"prior": {"auroc": \#(value)}}}"#
                    let evaluated = #"{"samples": {"samples": {"frechetDistance": 20}}, "outliers": \#(outliers)}"#
                    try Self.keep("latent-prior-mnist/\(variant)-\(seed + 1)", step: 800, evaluated: evaluated, in: folder)
                }
            }
            let row = Self.row(of: "latent-prior-mnist", in: folder)
            #expect(row.contains("| \(word) |"), "\(row)")
        }

        @Test func `a claim that another script has measured is judged by what that left, and what ended early counts against it`() throws {
            let folder = Scratch()
            func verdict(_ far: String) throws -> String {
                let measures = #"""
                    {"Error of the weight of the left mode": {"exact score matching": [0.1, 0.05, 0.2], "energy discrepancy, t = 4": [0.01, 0.02, 0.01],
                     "energy discrepancy, t = 16": [0.01, 0.01, 0.01], "energy discrepancy, t = 64": \#(far)}}
                    """#
                try folder.write(Array(measures.utf8), to: "kept/ed-nearsightedness/measures.json")
                return Self.row(of: "ed-nearsightedness", in: folder)
            }
            #expect(Self.row(of: "ed-nearsightedness", in: folder).contains("| not measured yet |"))
            let row = try verdict("[0.01, 0.02, 0.03]")
            #expect(row.contains("| reproduced |") && row.contains("exact score matching 0.1 (0.05 to 0.2)"), "\(row)")
            #expect(try verdict("[0.01, null, 0.03]").contains("| partly |"))
            #expect(try verdict("[0.01, 0.02]").contains("| not all measured yet |"))
        }

        @Test func `every claim has its row in the page on evidence`() throws {
            let claims = Folder.bytes("\(Self.root)/benchmarks/specs/evidence.json")
            let known = try #require(try JSONSerialization.jsonObject(with: Data(claims)) as? [String: [String: Any]])
            let page = String(decoding: Folder.bytes("\(Self.root)/Documentation/Evidence.md"), as: UTF8.self)
            #expect(known.count > 10)
            for (name, claim) in known {
                #expect(page.contains("\(claim["source"] ?? ""): \(claim["claim"] ?? "")"), "\(name)")
                if claim["spec"] != nil || claim["script"] != nil { #expect(page.contains("`benchmarks/evidence \(name)`"), "\(name)") }
            }
        }
    }
}

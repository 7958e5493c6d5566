import Testing

extension CommandTests {
    /// What the program says on terminals of different widths, which `COLUMNS` stands for.
    @Suite struct WidthTests {
        /// A line may be longer than the terminal by a path or another word that cannot be folded, and that has half of it for itself.
        private static func tooWide(_ text: String, _ width: Int) -> [Substring] {
            text.split(separator: "\n").filter { line in
                line.count > width && (line.split(separator: " ").map(\.count).max() ?? 0) <= width / 2
            }
        }

        @Test(arguments: [40, 80, 120]) func `no line is wider than the terminal`(width: Int) {
            let folder = Scratch()
            let arguments = ["evaluate.every=6", "evaluate.count=16", "diagnostics.every=6", "diagnostics.draws=8"]
            let runs = ["a", "b"].map { Training($0, in: folder, arguments) }
            let columns = ["COLUMNS": "\(width)"]
            let outputs =
                runs.enumerated().map { $1.run(environment: columns, ["run.seed=\($0)"]).output }
                + [
                    ["watch", "a"], ["compare", "a", "b"], ["compare", "a", "b", "--phases"], ["diagnose", "--run", "a", "--draws", "8"],
                    ["evaluate", "--run", "a", "--count", "16"], ["report", "--run", "a", "--draws", "8"], ["help"], ["train", "--help"],
                    ["help", "sampler"], ["help", "sampler.steps"],
                ].map { arguments in
                    let result = Program.run(arguments, environment: columns, in: folder)
                    #expect(result.exitCode == 0, "\(arguments): \(result.summary)")
                    return result.output
                }
            for output in outputs { #expect(!output.isEmpty && Self.tooWide(output, width) == [], "\(output)") }
            #expect(outputs[2].contains("step 12/12"))
        }

        @Test func `what programs read is never folded`() {
            let folder = Scratch()
            for arguments in [["config", "--defaults"], ["help", "--man"], ["completion", "bash"]] {
                let wide = Program.run(arguments, in: folder)
                let narrow = Program.run(arguments, environment: ["COLUMNS": "40"], in: folder)
                #expect(wide.exitCode == 0 && wide.output == narrow.output, "\(arguments)")
            }
        }
    }
}

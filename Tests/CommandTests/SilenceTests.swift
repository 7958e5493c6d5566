import Foundation
import Glibc
import Testing

extension CommandTests {
    /// Commands that work for long say that they do, and leave stdout to their result.
    @Suite(.serialized) struct SilenceTests {
        /// More steps than any machine makes while a test runs.
        private static let endless = ["--steps", "100000000"]

        @Test func `Commands that work for long say on stderr that they do and where, on rank 0 alone`() {
            let folder = Scratch()
            let run = Training("run", in: folder, ["data.source=moons", "run.steps=2"])
            run.run()
            let commands = [
                ["sample", "--run", run.path, "--count", "24", "--from", "noise", "--out", folder.at("s.npy")] + Self.endless,
                ["evaluate", "--run", run.path, "--count", "24", "--from", "noise"] + Self.endless,
                ["diagnose", "--run", run.path, "--from", "noise", "--draws", "4", "--thin", "1000000"],
            ]
            for (number, command) in commands.enumerated() {
                let program = RunningProgram(command, ranks: number == 0 ? 2 : nil, in: folder)
                while !program.hasEnded && !program.errors.contains("at work for") { usleep(20_000) }
                let (errors, output, hasEnded) = (program.errors, program.output, program.hasEnded)
                program.endAll()
                #expect(!hasEnded && output.isEmpty, "\(command[0]): \(output)\(errors)")
                #expect(errors.contains("\(command[0]): at work for "), "\(errors)")
                #expect(errors.components(separatedBy: "at work for").count == 2, "\(errors)")
            }
        }
    }
}

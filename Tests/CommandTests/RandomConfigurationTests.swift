import Formats
import Foundation
import Testing

extension CommandTests {
    /// No configuration traps: each is refused in words, or trains with finite numbers.
    ///
    /// `EBM_RANDOM_CONFIGURATIONS` says how many are tried and `EBM_RANDOM_SEED` the first seed; `Tests/Harness/configurations` sets both.
    @Suite(.serialized) struct RandomConfigurationTests {
        private let folder = Scratch()

        private static func number(_ name: String, _ standard: Int) -> Int {
            ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
        }

        /// Exit codes of refusals, and of a stop on request: not of a defect (70) or of a hang (76).
        private static let refusals: Set<Int32> = [64, 65, 66, 69, 71, 73, 74, 75, 77, 78]

        private func writeData() throws -> [String] {
            let table = (0..<12).map { "\(Double($0) / 5),\($0 % 5),\(Double($0 * $0 % 7) / 3),\($0 % 3)" }
            try folder.write(Array(("a,b,c,label\n" + table.joined(separator: "\n") + "\n").utf8), to: "table.csv")
            func write(_ name: String, _ shape: [Int], isByte: Bool) throws {
                let count = shape.reduce(1, *)
                let values: NumericArray.Values =
                    isByte ? .uint8((0..<count).map { UInt8($0 * 37 % 256) }) : .float32((0..<count).map { Float($0 * 29 % 97) / 48 - 1 })
                try folder.write(NPY.encode(NumericArray(shape: shape, values)), to: name)
            }
            try write("gray.npy", [10, 1, 5, 4], isByte: true)
            try write("colour.npy", [9, 3, 4, 6], isByte: false)
            try write("vectors.npy", [7, 11], isByte: false)
            try write("one.npy", [1, 3], isByte: false)
            return ["table.csv", "gray.npy", "colour.npy", "vectors.npy", "one.npy"].map { folder.at($0) }
        }

        @Test func `every random configuration is refused in words or trains with finite numbers`() throws {
            let sources = try writeData()
            let (count, first) = (Self.number("EBM_RANDOM_CONFIGURATIONS", 60), Self.number("EBM_RANDOM_SEED", 1))
            var trained = 0
            for seed in first..<first + count { if try tryOut(RandomConfiguration(seed: seed, sources: sources), seed) { trained += 1 } }
            print("random configurations: \(count) from seed \(first) on, \(trained) trained")
            // A fifth is never trained.
            #expect(trained >= count / 2, "the generator hardly makes a configuration that trains")
        }

        /// - Returns: whether it trained at last.
        private func tryOut(_ drawn: RandomConfiguration, _ seed: Int) throws -> Bool {
            var configuration = drawn
            let out = folder.at("run-\(seed)")
            defer { try? FileManager.default.removeItem(atPath: out) }
            for attempt in 0..<12 {
                let command = ["train", "--out", out] + (drawn.isExtreme ? ["--dry-run"] : []) + configuration.arguments
                let ranks = seed % 7 == 3 && attempt == 0 ? 2 : nil
                let result = Program.run(command, ranks: ranks, in: folder, timeout: 300)
                let place = "seed \(seed), \(ranks ?? 1) ranks: ebm-dist " + command.map { "'\($0)'" }.joined(separator: " ")
                let isRefusal = Self.refusals.contains(result.exitCode) && result.messages.count == 1
                #expect(!result.timedOut && (result.exitCode == 0 || isRefusal), "\(place)\n\(result.summary)")
                if result.exitCode == 0 || result.exitCode == 75 {
                    if !drawn.isExtreme { try expectFinite(out, place) }
                    return !drawn.isExtreme
                }
                try? FileManager.default.removeItem(atPath: out)
                guard result.exitCode != 71, configuration.giveUp(result.errors) else { return false }
            }
            return false
        }

        private func expectFinite(_ out: String, _ place: String) throws {
            let checkpoints = try FileManager.default.contentsOfDirectory(atPath: "\(out)/checkpoints").filter { $0.hasPrefix("step-") }
                .sorted()
            let newest = try #require(checkpoints.last, "\(place)")
            for name in ["model", "optimizer", "chains"] {
                let file = try Safetensors("\(out)/checkpoints/\(newest)/\(name).safetensors")
                for tensor in file.header.tensors where tensor.type == .float32 {
                    let isFinite = try file.array(tensor.name).values.floats.allSatisfy(\.isFinite)
                    #expect(isFinite, "\(tensor.name) of \(name).safetensors is not finite\n\(place)")
                }
            }
        }
    }
}

import Formats
import Foundation
import TestSupport
import Testing

extension CommandTests {
    /// Damaged checkpoints are found, named and passed over.
    @Suite(.serialized) struct DamageTests {
        private static let files = ["model.safetensors", "optimizer.safetensors", "chains.safetensors", "manifest.json"]
        /// Small files, so that flips meet headers as often as numbers.
        private static let small = [
            "data.source=25gaussians", "model.widths=[4]", "run.shards=4", "run.chainsPerShard=4", "chains.buffer=32", "sampler.steps=2",
            "checkpoint.every=1", "checkpoint.keep=40",
        ]

        @Test func `each of 2,000 flipped bits, in any file of a checkpoint, is found and the file is named`() throws {
            let folder = Scratch()
            let run = Training("flips", in: folder, Self.small + ["run.steps=40"])
            run.run()
            let steps = run.steps
            try #require(steps.count == 40)
            var random = SplitMix64(state: 4)
            var found = 0
            for _ in 0..<50 {
                var flips: [(file: String, bit: Int, original: [UInt8])] = []
                for step in steps {
                    let file = "\(run.checkpoint(step))/\(Self.files[Int(random.next() % 4)])"
                    let original = Folder.bytes(file)
                    let bit = Int(random.next() % UInt64(8 * original.count))
                    var bytes = original
                    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                    try Data(bytes).write(to: URL(fileURLWithPath: file))
                    flips.append((file, bit, original))
                }
                let result = Program.run(run.command(), in: folder)
                #expect(result.exitCode == 77, "\(result.summary)")
                // Each line of the message begins with the file.
                let named = Set(result.errors.split(separator: "\n").map { String($0.drop { $0 == " " }.prefix { $0 != ":" }) })
                for flip in flips {
                    let isNamed = named.contains(flip.file)
                    #expect(isNamed, "bit \(flip.bit) of \(flip.file) (\(flip.original.count) bytes): \(result.summary)")
                    if isNamed { found += 1 }
                    try Data(flip.original).write(to: URL(fileURLWithPath: flip.file))
                }
                if result.exitCode != 77 { break }
            }
            #expect(found == 2000)
            #expect(Program.run(run.command(), in: folder).output.contains("nothing to do"), "restored bytes are no damage")
        }

        /// What can happen to a file.
        enum Damage: String, CaseIterable, Sendable {
            case shorter, empty, longer, missing, altered, older
        }

        @Test(arguments: files)
        func `a damaged newest checkpoint is passed over with a message, and the run ends with the same bits and whole checkpoints`(
            _ file: String
        ) throws {
            let folder = Scratch()
            let reference = Training("whole", in: folder, ["checkpoint.every=4", "checkpoint.keep=3"])
            reference.run()
            let half = Training("half", in: folder, ["checkpoint.every=4", "checkpoint.keep=3"])
            half.run(["run.steps=8"])
            for damage in Damage.allCases {
                // The last kind on several ranks, the others alone: how a rank learns of damage does not depend on the kind.
                let ranks = damage == .older ? 3 : nil
                let run = try half.copied(to: "\(file)-\(damage)")
                try Self.apply(damage, to: "\(run.checkpoint(8))/\(file)", older: "\(run.checkpoint(4))/\(file)")
                let result = run.run(ranks: ranks)
                let told = result.output.split(separator: "\n").filter { $0.contains("passed over the checkpoint of step 8") }
                #expect(told.count == 1 && told[0].contains("\(run.checkpoint(8))/\(file)"), "\(damage): \(result.summary)")
                #expect(result.output.contains("continuing at step 4"), "\(damage): \(result.summary)")
                #expect(run.bits() == reference.bits(), "\(damage) \(file)")
                #expect(run.bits(step: 8) == reference.bits(step: 8), "\(damage) \(file): the damaged checkpoint was not replaced")
                for step in [4, 8, 12] {
                    let check = Program.run(
                        ["sample", "--run", run.path, "--step", "\(step)", "--count", "4", "--steps", "0", "--out", folder.at("s.npy")],
                        in: folder)
                    #expect(check.exitCode == 0, "\(damage) \(file): step \(step): \(check.summary)")
                }
            }
        }

        private static func apply(_ damage: Damage, to file: String, older: String) throws {
            var bytes = Folder.bytes(file)
            switch damage {
            case .shorter: bytes.removeLast()
            case .empty: bytes = []
            case .longer: bytes.append(0x20)
            case .missing: return try FileManager.default.removeItem(atPath: file)
            case .altered: for index in bytes.count / 3..<bytes.count / 3 + 16 { bytes[index] = ~bytes[index] }
            case .older: bytes = Folder.bytes(older)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: file))
        }

        @Test func `when all checkpoints are damaged a run ends with code 77 and names each, and changes nothing`() throws {
            let folder = Scratch()
            let run = Training("all", in: folder, ["checkpoint.every=4", "checkpoint.keep=3"])
            run.run()
            for (step, file) in zip([4, 8, 12], Self.files) {
                try Self.apply(.altered, to: "\(run.checkpoint(step))/\(file)", older: "")
            }
            let before = Folder.fingerprint(run.path)
            for ranks in [nil, 3] {
                let result = Program.run(run.command(["run.steps=20"]), ranks: ranks, in: folder)
                #expect(result.exitCode == 77 && result.messages.count == 1, "\(result.summary)")
                for (step, file) in zip([4, 8, 12], Self.files) {
                    #expect(result.errors.contains("\(run.checkpoint(step))/\(file)"), "\(result.summary)")
                }
            }
            let after = Folder.fingerprint(run.path)
            for (name, sum) in before where !name.hasSuffix("config.json5") { #expect(after[name] == sum, "\(name) has changed") }
        }

        @Test func `samples and energies of a run whose only checkpoint is damaged are refused with code 77`() throws {
            let folder = Scratch()
            let whole = Training("whole", in: folder)
            whole.run()
            try folder.write(NPY.encode(NumericArray(shape: [2, 64], .float32(Array(repeating: 0, count: 128)))), to: "rows.npy")
            // The optimiser's file is not theirs to read.
            for file in Self.files where file != "optimizer.safetensors" {
                let run = try whole.copied(to: file)
                try Self.apply(.altered, to: "\(run.checkpoint(12))/\(file)", older: "")
                var commands = [["sample", "--run", run.path, "--count", "4", "--out", folder.at("out.npy")]]
                // Energies need no chains.
                if file != "chains.safetensors" {
                    commands.append(["energy", "--run", run.path, "--input", folder.at("rows.npy"), "--out", folder.at("out.npy")])
                }
                for (command, ranks) in zip(commands, [2, nil]) {
                    let result = Program.run(command, ranks: ranks, in: folder)
                    #expect(result.exitCode == 77 && result.messages.count == 1, "\(command[0]): \(result.summary)")
                    #expect(result.errors.contains("\(run.checkpoint(12))/\(file)"), "\(command[0]): \(result.summary)")
                    #expect(!FileManager.default.fileExists(atPath: folder.at("out.npy")))
                }
            }
        }
    }
}

import Formats
import Foundation
import Testing

extension CommandTests {
    /// Wrong input: the exit code, one message that names the place, nothing written, alone and on 3 ranks.
    @Suite(.serialized) struct WrongInputTests {
        @Test(arguments: [nil, 3])
        func `wrong input is refused with its exit code and one message that names the place, and changes nothing`(_ ranks: Int?) throws {
            let folder = Scratch()
            try Self.prepare(folder)
            let before = Folder.fingerprint(folder.at("run"))
            try #require(!before.isEmpty)
            #expect(WrongInputs.cases.count >= 60)
            // A few at a time: most of the time of a start is waiting.
            var waiting = WrongInputs.cases[...]
            while !waiting.isEmpty {
                let batch = waiting.prefix(6)
                waiting = waiting.dropFirst(6)
                let programs = batch.map { wrong in
                    RunningProgram(wrong.arguments.map { Self.resolve($0, folder) }, ranks: ranks, in: folder)
                }
                for (wrong, program) in zip(batch, programs) { Self.expect(wrong, program.wait(timeout: 60), folder) }
                for name in ["new", "new.npy"] where FileManager.default.fileExists(atPath: folder.at(name)) {
                    Issue.record("\(batch.map(\.name)): one of them wrote \(name)")
                    try FileManager.default.removeItem(atPath: folder.at(name))
                }
            }
            #expect(Folder.fingerprint(folder.at("run")) == before, "the run folder has changed")
        }

        private static func expect(_ wrong: WrongInput, _ result: Program.Result, _ folder: Scratch) {
            #expect(result.exitCode == wrong.exitCode && !result.timedOut, "\(wrong.name): \(result.summary)")
            #expect(result.messages.count == 1, "\(wrong.name): not one message: \(result.summary)")
            // The rest of the message may stand on further lines.
            for text in wrong.mentions {
                #expect(result.errors.contains(resolve(text, folder)), "\(wrong.name): no '\(text)' in: \(result.summary)")
            }
        }

        private static func resolve(_ text: String, _ folder: Scratch) -> String {
            text.replacingOccurrences(of: "@", with: "\(folder.path)/")
        }

        // MARK: files

        private static func prepare(_ folder: Scratch) throws {
            Training("run", in: folder, ["run.steps=2"]).run()
            for (name, text) in texts { try folder.write(Array(text.utf8), to: name) }
            for (name, bytes) in try binaries() { try folder.write(bytes, to: name) }
            try FileManager.default.createDirectory(atPath: folder.at("empty-folder"), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder.at("null.npy"), withDestinationPath: "/dev/null")
            // Cases run side by side, so that each that takes the lock has a folder of its own.
            for name in ["foreign", "shorter"] { try Folder.copy(folder.at("run"), to: folder.at(name)) }
            let manifest = Training("foreign", in: folder).checkpoint(2) + "/manifest.json"
            let text = Folder.text(manifest)
            let checksum = try #require(text.firstMatch(of: /"manifestChecksum" : "([0-9a-f]{16})"/)).1
            let blank = text.replacingOccurrences(of: checksum, with: String(repeating: "0", count: 16))
                .replacingOccurrences(of: "\"format\" : 2", with: "\"format\" : 9")
            let changed = blank.replacingOccurrences(of: String(repeating: "0", count: 16), with: Checksum.of(Array(blank.utf8)))
            try Data(changed.utf8).write(to: URL(fileURLWithPath: manifest))
        }

        private static let texts = [
            "broken.json5": "{ run: { steps: 5, ", "twice.json5": "{ run: { steps: 5, steps: 6 } }", "list.json5": "[1, 2]",
            "unknown.json5": "{ sampler: { stepsize: 0.1 } }", "type.json5": "{ run: { steps: \"many\" } }",
            "deep.json5": String(repeating: "[", count: 100),
            "contradiction.json5": "{ objective: { kind: \"cd\" }, chains: { start: \"noise\" } }",
            "nan.json5": "{ sampler: { stepSize: NaN } }",
            "control.json5": "{ run: { name: \"a\u{1}b\" } }", "empty.json5": "",
            "text.csv": "1,2\n3,four\n", "ragged.csv": "1,2\n3,4,5\n", "one.csv": "a,b\n1,2\n",
            "quote.csv": "1,2\n\"3,4\n",
            "empty.csv": "", "empty.npy": "", "pickle.npy": "cos\nsystem\n", "file": "a regular file",
            "constant.csv": "1,2\n1,3\n",
        ]

        private static func binaries() throws -> [String: [UInt8]] {
            let array = NPY.encode(NumericArray(shape: [8, 2], .float32((0..<16).map { Float($0) })))
            func header(_ from: String, _ to: String) -> [UInt8] { replace(from, to, in: array) }
            let idx: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4] + [UInt8](repeating: 7, count: 32)
            func rows(_ values: [Float], _ shape: [Int]) -> [UInt8] { NPY.encode(NumericArray(shape: shape, .float32(values))) }
            let zeros = [Float](repeating: 0, count: 128)
            return [
                "truncated.npy": Array(array.dropLast(5)),
                "object.npy": header("'<f4'", "'|O' "), "huge.npy": header("(8, 2), }  ", "(8000000, 2)}"),
                "version.npy": replaceByte(6, 9, in: array),
                "nan.npy": rows([0, 1, .nan, 3], [2, 2]), "infinite.npy": rows([0, 1, .infinity, 3], [2, 2]),
                "labels.npy": NPY.encode(NumericArray(shape: [3], .uint8([1, 2, 3]))),
                "none.npy": rows([], [0, 2]),
                "truncated-idx": Array(idx.dropLast(3)), "magic-idx": [0, 0, 7] + idx.dropFirst(3),
                "foreign.bin": [UInt8](repeating: 1, count: 3000),
                "label.bin": [77] + [UInt8](repeating: 1, count: 3072), "random.dat": [0xde, 0xad, 0xbe, 0xef],
                "truncated.csv.gz": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x33, 0xd4, 0x31],
                "corrupt.csv.gz": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0xff, count: 40),
                "wrong-shape.npy": rows(zeros, [2, 4, 16, 1]), "vector.npy": rows(zeros, [128]), "rows.npy": rows(zeros, [2, 64]),
                "one-row.npy": rows(Array(zeros[..<64]), [1, 64]), "rows-nan.npy": rows(zeros.dropLast() + [.nan], [2, 1, 8, 8]),
                "unit.npy": rows(zeros.dropLast() + [0.5], [2, 64]),
                "truth.npy": NPY.encode(NumericArray(shape: [1, 64], .bool(Array(repeating: 1, count: 64)))),
                "bad-utf8.json5": [0x7b, 0xff, 0x7d],
            ]
        }

        private static func replace(_ old: String, _ new: String, in bytes: [UInt8]) -> [UInt8] {
            let (old, new) = (Array(old.utf8), Array(new.utf8))
            guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: old) }) else {
                fatalError("no such text in the header")
            }
            return bytes[..<start] + new + bytes[(start + old.count)...]
        }

        private static func replaceByte(_ index: Int, _ value: UInt8, in bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            bytes[index] = value
            return bytes
        }

        @Test func `more ranks than shards are refused with both numbers`() {
            let folder = Scratch()
            let run = Training("few", in: folder, ["run.shards=2", "chains.buffer=null"])
            let result = Program.run(run.command(), ranks: 3, in: folder)
            #expect(result.exitCode == 69 && result.messages.count == 1, "\(result.summary)")
            #expect(result.errors.contains("3 ranks were started for 2 shards"), "\(result.summary)")
            #expect(!FileManager.default.fileExists(atPath: run.path))
        }

        @Test func `another data file under the same name is noticed when a run continues`() throws {
            let folder = Scratch()
            let rows = (0..<40).map { Float($0 % 7) / 7 }
            try folder.write(NPY.encode(NumericArray(shape: [20, 2], .float32(rows))), to: "rows.npy")
            let run = Training("run", in: folder, ["data.source=\(folder.at("rows.npy"))", "run.steps=2"])
            run.run()
            let before = Folder.fingerprint(run.path)
            try folder.write(NPY.encode(NumericArray(shape: [20, 2], .float32(rows.reversed()))), to: "rows.npy")
            for ranks in [nil, 2] {
                let result = Program.run(run.command(["run.steps=4"]), ranks: ranks, in: folder)
                #expect(result.exitCode == 73 && result.messages.count == 1 && result.errors.contains("other data"), "\(result.summary)")
            }
            let after = Folder.fingerprint(run.path)
            for (name, sum) in before where name != "config.json5" { #expect(after[name] == sum, "\(name) has changed") }
        }
    }
}

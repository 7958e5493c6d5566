import Formats
import Foundation
import TestSupport
import Testing

/// A short training and what it leaves behind.
struct Training {
    /// 12 shards, so that 1, 2, 3, 4 and 8 ranks share them, evenly or not; a buffer of twice the batch, so that draws matter.
    static let base = [
        "run.shards=12", "run.chainsPerShard=8", "run.steps=12", "model.widths=[32]", "sampler.steps=4", "chains.buffer=192",
        "chains.restartProbability=0.2", "optimizer.warmupSteps=2", "optimizer.average=0.9", "checkpoint.every=1000", "report.every=3",
        "samples.every=1000", "samples.count=16",
    ]

    /// The folder of the run.
    let path: String
    let folder: Scratch
    var arguments: [String]
    /// `base` as a configuration file, over which arguments may switch choices.
    private let file: String

    init(_ name: String, in folder: Scratch, _ more: [String] = []) {
        path = folder.at(name)
        self.folder = folder
        arguments = more
        file = folder.at("base.json5")
        let groups = Dictionary(grouping: Self.base.map { $0.split(separator: "=", maxSplits: 1) }) { $0[0].prefix { $0 != "." } }
        let text = groups.map { group, keys in
            "\(group): { " + keys.map { "\($0[0].drop { $0 != "." }.dropFirst()): \($0[1])" }.joined(separator: ", ") + " }"
        }
        do { try folder.write(Array("{ \(text.joined(separator: ", ")) }".utf8), to: "base.json5") } catch { fatalError("\(error)") }
    }

    func command(_ more: [String] = []) -> [String] { ["train", file, "--out", path] + arguments + more }

    /// Trains, and expects that it ends well.
    @discardableResult
    func run(
        ranks: Int? = nil, threads: Int = 1, environment: [String: String] = [:], _ more: [String] = [],
        _ location: SourceLocation = #_sourceLocation
    ) -> Program.Result {
        let result = Program.run(command(["run.threads=\(threads)"] + more), ranks: ranks, environment: environment, in: folder)
        #expect(
            result.exitCode == 0, "\(ranks.map { "\($0) ranks" } ?? "alone"), \(threads) threads, \(more): \(result.summary)",
            sourceLocation: location)
        return result
    }

    /// The same run in another folder.
    func copied(to name: String) throws -> Training {
        var copy = Training(name, in: folder)
        copy.arguments = arguments
        try Folder.copy(path, to: copy.path)
        return copy
    }

    /// The committed checkpoints, oldest first.
    var steps: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/checkpoints")) ?? []
        return names.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.sorted()
    }

    func checkpoint(_ step: Int) -> String {
        let digits = String(step)
        return "\(path)/checkpoints/step-\(String(repeating: "0", count: 8 - digits.count))\(digits)"
    }

    /// The XXH3 of model, optimiser and chains at a step; the newest where none is given.
    func bits(step: Int? = nil) -> [String: String] {
        guard let step = step ?? steps.last else { return [:] }
        let names = ["model.safetensors", "optimizer.safetensors", "chains.safetensors"]
        return Dictionary(
            uniqueKeysWithValues: names.map { name in
                let bytes = Folder.bytes("\(checkpoint(step))/\(name)")
                return (name, bytes.isEmpty ? "absent" : Checksum.of(bytes))
            })
    }

    /// The lines of metrics.jsonl without what depends on time.
    var metrics: [String] {
        get throws {
            try lines("metrics.jsonl", without: ["seconds", "wallSeconds", "rankSeconds", "chainStepsPerSecond", "evaluationsPerSecond"])
        }
    }

    /// The lines of evaluation.jsonl without what depends on time; none without the file.
    var evaluation: [String] {
        get throws { try lines("evaluation.jsonl", without: ["trainingSeconds"]) }
    }

    /// The events for TensorBoard without what depends on time, and without the configuration, which has the number of threads; nil without a file, or where
    /// it is damaged.
    var events: [RecordedEvent]? {
        RecordedEvent.read("\(path)/events.out.tfevents.0.ebm-dist")?.map { $0.timeless.without("configuration") }
    }

    /// The report without what depends on time, and without the place of the folder.
    var report: String {
        var text = Folder.text("\(path)/report.html").replacing(path, with: "FOLDER")
        for (start, end) in [
            ("<section id=\"time\">", "</section>"), ("<footer>", "</footer>"), ("<dl class=\"card tile\"><dt>Time</dt>", "</dl>"),
            ("<dl class=\"card tile\"><dt>Chain steps a second</dt>", "</dl>"),
        ] {
            guard let first = text.range(of: start), let last = text.range(of: end, range: first.upperBound..<text.endIndex) else {
                continue
            }
            text.removeSubrange(first.lowerBound..<last.upperBound)
        }
        return text
    }

    private func lines(_ name: String, without keys: [String]) throws -> [String] {
        try Folder.text("\(path)/\(name)").split(separator: "\n").map { line in
            var values = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for key in keys { values[key] = nil }
            return String(decoding: try JSONSerialization.data(withJSONObject: values, options: .sortedKeys), as: UTF8.self)
        }
    }
}

extension Folder {
    static func text(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }
}

/// All suites that start programs: one after the other, since each uses all cores.
@Suite(.serialized) enum CommandTests {}

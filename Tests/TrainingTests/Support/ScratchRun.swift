import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Numerics
import Synchronization
import Testing
import Training

/// A folder for one test, removed at its end.
final class ScratchFolder: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "ebm-dist-tests-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func run(_ name: String = "run") -> RunFolder { RunFolder("\(path)/\(name)") }
}

/// What the program does at its start: the bits of products must not depend on the number of cores.
enum OneThreadPerProduct {
    static let once: Void = Products.useOneThreadPerProduct()
}

/// Runs that take milliseconds.
enum ScratchRun {
    /// Two moons, a small network, four shards of six chains; `arguments` over that.
    static func configuration(_ arguments: [String] = []) throws -> RunConfiguration {
        _ = OneThreadPerProduct.once
        return try RunConfiguration.resolve(file: Array(defaults.utf8), arguments: arguments)
    }

    /// A file, over which arguments may switch its choices.
    private static let defaults = """
        {
          run: { steps: 8, shards: 4, chainsPerShard: 6, threads: 1 },
          data: { source: "moons", noise: 0.05 },
          model: { widths: [12, 9], referenceDeviation: 2 },
          sampler: { steps: 4, stepSize: 0.05, noise: null },
          chains: { buffer: 48 },
          optimizer: { warmupSteps: 3 },
          samples: { every: 0, count: 16 }, report: { every: 2 }, checkpoint: { every: 4 },
        }
        """

    /// Trains in a folder and gives what rank 0 says.
    @discardableResult
    static func train(_ arguments: [String] = [], in folder: RunFolder, on communicator: any Communicator = SoloCommunicator()) throws
        -> [String]
    {
        let lines = Lines()
        var run = TrainingRun(configuration: try configuration(arguments), folder: folder, isQuiet: true)
        run.listener = { lines.append($0) }
        try run.run(communicator)
        return lines.all
    }

    /// What ranks say, from any thread.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func append(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    /// A trainer whose chains are filled.
    static func trainer(
        _ arguments: [String] = [], threads: Int = 1, on communicator: any Communicator = SoloCommunicator()
    ) throws -> Trainer {
        let trainer = Trainer(try RunPlan(configuration(arguments), communicator), threads: threads, communicator)
        trainer.populate()
        return trainer
    }
}

extension RunFolder {
    /// The files of a checkpoint and their bytes.
    func contents(ofStep step: Int) throws -> [String: [UInt8]] {
        try files(in: checkpoint(step))
    }

    func files(in folder: String) throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            contents[name] = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
        }
        return contents
    }

    /// The lines of metrics.jsonl.
    func reports() throws -> [StepReport] {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try String(contentsOfFile: metrics, encoding: .utf8).split(separator: "\n").map {
            try decoder.decode(StepReport.self, from: Data($0.utf8))
        }
    }

    /// The lines of metrics.jsonl without what depends on time.
    func timelessLines() throws -> [String] {
        try String(contentsOfFile: metrics, encoding: .utf8).split(separator: "\n").map { line in
            var values = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for key in ["seconds", "wallSeconds", "rankSeconds", "chainStepsPerSecond", "evaluationsPerSecond"] { values[key] = nil }
            return String(decoding: try JSONSerialization.data(withJSONObject: values, options: .sortedKeys), as: UTF8.self)
        }
    }

    func copy(to other: RunFolder) throws {
        try FileManager.default.copyItem(atPath: path, toPath: other.path)
    }
}

import Commands
import Distributed
import Failures
import Foundation
import Measures
import Testing
import Training

/// Whatever `evaluate` measures has an interval.
@Suite struct MeasureIntervalTests {
    /// Names of numbers that say what was done, how many rows there were, or what is exact.
    private static let circumstances: Set<String> = [
        "step", "steps", "count", "rows", "points", "samples", "notFinite", "seed", "features", "referenceRows", "neighbours", "neighbor",
        "modes",
        "threshold", "counts", "noise", "peak", "temperature", "latentValues", "filterWidth", "width", "scale", "falseAlarms", "chance",
        "acceptance",
        "trainingRows", "heldOutRows", "outsideRows", "areTrainingRows", "heldOutAreTrainingRows", "isTrainingData",
        // Its own standard error.
        "divergenceError",
    ]
    /// Objects of numbers that say how something was done; the integral over the plane has no chance, and says how exact it is.
    private static let accounts: Set<String> = ["settings", "integral", "interval", "intervals", "floorIntervals", "ceilingIntervals"]

    /// The paths of numbers that have none.
    private func missing(_ value: Any, _ path: [String] = [], beside intervals: [String: Any] = [:]) -> [String] {
        guard let members = value as? [String: Any] else {
            return value is Double ? [path.joined(separator: ".")] : []
        }
        // An interval by itself.
        if members["low"] != nil, members["high"] != nil { return [] }
        let own = intervals.merging(members["intervals"] as? [String: Any] ?? [:]) { $1 }
        return members.flatMap { name, member -> [String] in
            if Self.circumstances.contains(name) || Self.accounts.contains(name) { return [] }
            if let list = member as? [Any], !list.isEmpty, list.allSatisfy({ $0 is Double }) {
                return (own[name] as? [Any])?.count == list.count ? [] : [(path + [name]).joined(separator: ".")]
            }
            if let list = member as? [Any] { return list.flatMap { missing($0, path + [name]) } }
            if member is [String: Any] {
                return missing(
                    member, path + [name], beside: members["\(name)Intervals"] as? [String: Any] ?? (name == "samples" ? own : [:]))
            }
            let detected = (members["detection"] as? [String: Any])?[name]
            return members["interval"] != nil || own[name] != nil || detected is [String: Any] ? [] : missing(member, path + [name])
        }
    }

    private func expectIntervals(_ arguments: [String], _ change: (inout EvaluateCommand) -> Void) throws -> Set<String> {
        let scratch = ScratchFolder()
        try ScratchRun.train(arguments, in: scratch.run())
        var command = EvaluateCommand(folder: scratch.run().path, count: 40, output: "\(scratch.path)/m.json")
        change(&command)
        _ = try command.run(SoloCommunicator())
        let found = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(scratch.path)/m.json")))
        #expect(missing(found) == [])
        return Set(try #require(found as? [String: Any]).keys)
    }

    @Test func `measures of a density of the plane have intervals`() throws {
        let keys = try expectIntervals(["data.source=8gaussians"]) { command in
            command.measures = ["plane", "distances", "smoothness", "ais", "mmd", "ksd", "c2st", "precision"]
            command.annealing = EvaluateCommand.annealing(temperatures: 20)
            (command.outliers, command.denoising) = ("moons", EvaluateCommand.Denoising(noises: [0.5], rows: 20, steps: 4))
        }
        #expect(
            keys.isSuperset(of: ["measures", "samples", "smoothness", "ais", "mmd", "ksd", "c2st", "precision", "outliers", "denoising"]))
    }

    @Test(arguments: [
        (["condition.kind=label", "condition.channels=2"], "classes"), (["condition.kind=mask", "condition.mask=random"], "completion"),
    ]) func `measures of runs with a generator have intervals`(condition: [String], key: String) throws {
        let digits = ["data.source=digits", "data.noise=0", "data.dequantize=false", "run.steps=2", "model.referenceDeviation=null"]
        let keys = try expectIntervals(VariationalTeachingTests.teaching + digits + condition) { command in
            command.measures = ["distances", "reconstruction", "memorization", key]
        }
        #expect(keys.isSuperset(of: ["samples", "reconstruction", "memorization", key]))
    }

    @Test func `parts of scores have intervals`() throws {
        let keys = try expectIntervals(LatentPriorTests.latent) { $0.outliers = "25gaussians" }
        #expect(keys.contains("outliers"))
    }

    @Test func `a number without an interval is found`() {
        #expect(missing(["a": ["value": 1.5, "interval": ["low": 1.0]], "b": ["error": 2.5, "rows": 3.0]]) == ["b.error"])
        #expect(missing(["fit": ["bias": [1.5, 2.5], "intervals": ["bias": [["low": 1.0]]]]]) == ["fit.bias"])
    }
}

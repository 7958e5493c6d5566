import Foundation
import Testing

extension CommandTests {
    /// Rollbacks under mpirun: where they go does not depend on ranks, stops and checkpoints.
    @Suite(.serialized) struct RollbackTests {
        /// E(x) = w·x + |x|²/2 on points of the plane: with this learning rate the error of w grows, with half of it it shrinks.
        private static let growing = [
            "run.steps=14", "run.shards=4", "run.chainsPerShard=6", "data.source=moons", "data.noise=0", "model.kind=layers",
            #"model.layers=[{kind: "dense", outputs: 1}]"#, "model.referenceDeviation=1", "objective.kind=cd", "sampler.steps=5",
            "sampler.stepSize=0.1", "sampler.noise=null", "chains.buffer=null", "optimizer.kind=sgd",
            "optimizer.learningRate=8", "optimizer.warmupSteps=0", "objective.energyRegularization=0", "chains.noiseLow=-1",
            "chains.noiseHigh=1",
            "model.initialScale=1", "report.every=1", "guard.policy=rollback", "guard.rollbackEvery=3",
        ]

        private func gaps(_ run: Training) throws -> [Double] {
            try Folder.text("\(run.path)/metrics.jsonl").split(separator: "\n").map { line in
                let values = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return abs(try #require(values?["energyGap"] as? Double))
            }
        }

        @Test
        func `a run with a rollback has the same bits on 1 and 3 ranks, stopped before and after it, with any interval of checkpoints`()
            throws
        {
            let folder = Scratch()
            let free = Training("free", in: folder, Self.growing + ["guard.maximumGap=null"])
            free.run(["run.steps=9"])
            let gaps = try gaps(free)
            let arguments = Self.growing + ["guard.maximumGap=\((gaps[6] + gaps[7]) / 2)"]
            let reference = Training("alone", in: folder, arguments)
            let told = reference.run()
            #expect(
                told.output.contains("step 7: the energy gap is") && told.output.contains("back to step 6 with the learning rate x 0.5"),
                "\(told.summary)")

            // Before the point, between point and rollback, behind the rollback; killed there: the checkpoint of the stop is gone.
            for (stop, ranks, interval, isKilled) in [(4, 3, 1, false), (7, 1, 1000, false), (10, 3, 2, false), (7, 3, 1, true)] {
                let run = Training("run-\(stop)-\(ranks)-\(isKilled)", in: folder, arguments)
                run.run(ranks: ranks, ["checkpoint.every=\(interval)", "run.steps=\(stop)"])
                if isKilled { try FileManager.default.removeItem(atPath: run.checkpoint(stop)) }
                run.run(ranks: 4 - ranks, ["checkpoint.every=\(interval)"])
                #expect(run.bits(step: 14) == reference.bits(step: 14), "stopped at \(stop) on \(ranks) ranks")
                #expect(try run.metrics == reference.metrics, "stopped at \(stop) on \(ranks) ranks")
            }
        }
    }
}

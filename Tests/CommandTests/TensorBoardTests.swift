import Foundation
import Testing

extension CommandTests {
    /// The tensorboard package reads what the program writes. `EBM_DIST_PYTHON` names a Python that has it; else python3 is asked.
    @Suite(.serialized) struct TensorBoardTests {
        @Test(arguments: [1, 3, 8]) func `TensorBoard reads every event of a run that was stopped and continued`(ranks: Int) throws {
            let folder = Scratch()
            let run = Training("events", in: folder, ["samples.every=6", "evaluate.every=6"])
            run.run(ranks: ranks, ["run.steps=7", "checkpoint.every=7"])
            run.run(ranks: ranks)
            let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../Interop/events.py").standardized.path
            let python = ProcessInfo.processInfo.environment["EBM_DIST_PYTHON"] ?? "python3"
            let read = Program.runOther([python, script, "\(run.path)/events.out.tfevents.0.ebm-dist"], in: folder)
            // 127: there is no such program.
            guard read.exitCode != 127, !read.output.hasPrefix("skipped:") else {
                return print("skipped: \(python) has no tensorboard; name one that has with EBM_DIST_PYTHON")
            }
            #expect(read.exitCode == 0, "\(read.summary)")
            let found = try #require(try JSONSerialization.jsonObject(with: Data(read.output.utf8)) as? [String: [String: Any]])
            func steps(_ kind: String, _ tag: String) -> [Double] { (found[kind]?[tag] as? [[Double]])?.map { $0[0] } ?? [] }
            let gaps = try run.metrics.map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["energyGap"] as? Double
            }
            #expect(steps("scalars", "train/energy_gap") == [3, 6, 7, 9, 12])
            #expect((found["scalars"]?["train/energy_gap"] as? [[Double]])?.map { Float($0[1]) } == gaps.map { Float($0 ?? .nan) })
            for (kind, tag) in [("images", "samples"), ("histograms", "energy/data"), ("histograms", "parameters/layers.1.weight")] {
                #expect(steps(kind, tag) == [6, 7, 12], "\(tag)")
            }
            #expect(steps("scalars", "evaluation/samples/sliced_wasserstein") == [6, 7, 12])
            #expect(found["hparams"]?["run.shards"] as? Double == 12 && found["hparams"]?["objective.kind"] as? String == "pcd")
            #expect((found["texts"]?["configuration"] as? String)?.contains("shards: 12") == true)
        }
    }
}

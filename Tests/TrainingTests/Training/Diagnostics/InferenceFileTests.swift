import Commands
import Distributed
import Foundation
import Testing
import Training

/// Windows as files that other programs open.
struct InferenceFileTests {
    let scratch = ScratchFolder()

    /// Groups of the file that `diagnose --arviz` writes for a run.
    private func groups(_ arguments: [String], _ name: String = "run") throws -> [String: [String: Any]] {
        let path = "\(scratch.path)/a.json"
        try ScratchRun.train(arguments, in: scratch.run(name))
        _ = try DiagnoseCommand(folder: scratch.run(name).path, draws: 5, chains: 2, arviz: path).run(SoloCommunicator())
        return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: [String: Any]])
    }

    @Test func `states of few values are there whole, by chain and draw`() throws {
        let groups = try groups([])
        let (posterior, statistics) = (try #require(groups["posterior"]), try #require(groups["sample_stats"]))
        #expect(Set(posterior.keys) == ["energy", "x"] && Set(statistics.keys) == ["energy", "displacement"])
        let x = try #require(posterior["x"] as? [[[Double]]])
        #expect(x.count == 8 && x.allSatisfy { $0.count == 5 && $0.allSatisfy { $0.count == 2 } })
        let moved = try #require(statistics["displacement"] as? [[Double]])
        // The displacement of a draw is that from the draw before.
        let step = zip(x[3][1], x[3][2]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
        #expect(abs(moved[3][2] - step) < 1e-5)
    }

    @Test func `of large states there are mean and projections, and of a sampler with an accept step its rate`() throws {
        let groups = try groups(["data.source=digits", "sampler.kind=mala", "sampler.noise=null", "sampler.stepSize=0.01"])
        let (posterior, statistics) = (try #require(groups["posterior"]), try #require(groups["sample_stats"]))
        #expect(Set(posterior.keys) == ["energy", "mean", "projection"])
        #expect((posterior["projection"] as? [[[Double]]])?[0][0].count == 8)
        let rate = try #require(statistics["acceptance_rate"] as? [[Double]])
        #expect(rate.allSatisfy { $0.allSatisfy { (0...1).contains($0) } } && statistics["diverging"] == nil)
    }

    @Test func `of a sampler with trajectories there is whether these diverge`() throws {
        // Steps that no energy of the network can follow, and short ones.
        for (size, diverges) in [("1000", true), ("0.01", false)] {
            let statistics = try #require(
                groups(["sampler.kind=nuts", "sampler.treeDepth=3", "sampler.noise=null", "sampler.stepSize=\(size)"], size)["sample_stats"]
            )
            let found = try #require(statistics["diverging"] as? [[Bool]])
            #expect(found.count == 8 && found.allSatisfy { $0.count == 5 && $0.contains(true) == diverges }, "\(size): \(found)")
            #expect(statistics["acceptance_rate"] == nil)
        }
    }
}

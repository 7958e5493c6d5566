import Commands
import Distributed
import Foundation
import Numerics
import Testing
import Training

/// Windows of diagnostics during training and by `diagnose`.
struct TrainerDiagnosticsTests {
    let scratch = ScratchFolder()

    private static let window = ["diagnostics.every=3", "diagnostics.draws=10", "diagnostics.chains=2"]

    @Test(arguments: [["objective.kind=pcd"], ["objective.kind=shortRun"], ["chains.storage=byte", "sampler.low=-2", "sampler.high=2"]])
    func `diagnostics do not touch the training`(_ arguments: [String]) throws {
        let (with, without) = (scratch.run("with"), scratch.run("without"))
        try ScratchRun.train(arguments + Self.window, in: with)
        try ScratchRun.train(arguments, in: without)
        let (one, other) = (try with.contents(ofStep: 8), try without.contents(ofStep: 8))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] { #expect(one[name] == other[name], "\(name)") }
        let reports = try with.reports()
        #expect(reports.filter { $0.diagnostics != nil }.map(\.step) == [3, 6])
        #expect(try without.reports().allSatisfy { $0.diagnostics == nil })
        let shared = reports.filter { $0.step % 2 == 0 }
        #expect(try without.reports().map(\.gradientNorm) == shared.map(\.gradientNorm))
        let digest = try #require(reports.first { $0.diagnostics != nil }?.diagnostics)
        #expect(digest.chains == 8 && digest.draws == 10 && digest.thin == 4 && (digest.rHat ?? 0) > 0.9 && digest.displacement > 0)
    }

    @Test func `windows of too few draws have no R-hat and no effective sample sizes, and training and diagnose say why`() throws {
        let folder = scratch.run()
        let lines = try ScratchRun.train(["diagnostics.every=3", "diagnostics.draws=9", "diagnostics.chains=2"], in: folder)
        #expect(lines.count { $0.contains("warning, step 3") && $0.contains("diagnostics.draws = 9") } == 1, "\(lines)")
        let digest = try #require(try folder.reports().first { $0.diagnostics != nil }?.diagnostics)
        #expect(digest.rHat == nil && digest.bulkESS == nil && digest.tailESS == nil && digest.autocorrelationTime == nil)
        #expect(digest.displacement > 0 && digest.energyDrift.isFinite)
        let command = DiagnoseCommand(folder: folder.path, draws: 9, output: "\(scratch.path)/d.json")
        let text = try command.run(SoloCommunicator())
        #expect(text.contains("cannot be told from 9 draws of a chain"))
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("energy") }).split(separator: " ")
        #expect(row[3...] == ["-", "-", "-", "-", "-", "-"], "\(row)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(scratch.path)/d.json"))) as? [String: Any])
        let functionals = try #require((json["diagnostics"] as? [String: Any])?["functionals"] as? [[String: Any]])
        let energy = try #require(functionals[0]["summary"] as? [String: Any])
        #expect(energy["bulkESS"] is NSNull && energy["rHat"] is NSNull && energy["mean"] is Double)
    }

    @Test func `every number of ranks and threads writes the same lines, and so does a run that was stopped`() throws {
        let arguments = Self.window + ["run.steps=10"]
        let (whole, split) = (scratch.run("whole"), scratch.run("split"))
        try ScratchRun.train(arguments, in: whole)
        let expected = try whole.timelessLines()
        #expect(expected.count == 7)
        for ranks in [2, 3] {
            let folder = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments + ["run.threads=2"], in: folder, on: $0) }
            #expect(try folder.timelessLines() == expected, "\(ranks) ranks")
        }
        // Behind a report and a window, in the middle of the interval of the next ones.
        try ScratchRun.train(arguments + ["report.every=4", "run.steps=7"], in: split)
        try ScratchRun.train(arguments + ["report.every=4"], in: split)
        let other = scratch.run("other")
        try ScratchRun.train(arguments + ["report.every=4"], in: other)
        // The end of the first part has a line of its own.
        #expect(try split.timelessLines().filter { !$0.contains("\"step\":7,") && !$0.contains("\"step\":7}") } == other.timelessLines())
    }

    @Test func `diagnose finds the window that training would have found, and writes files`() throws {
        let folder = scratch.run()
        // Without an average and with exact storage, both see the same chains and parameters.
        try ScratchRun.train(["optimizer.average=null", "run.steps=6", "report.every=6"] + Self.window, in: folder)
        let digest = try #require(try folder.reports().last?.diagnostics)
        let command = DiagnoseCommand(
            folder: folder.path, draws: 10, chains: 2, output: "\(scratch.path)/d.json", npy: "\(scratch.path)/c.npy",
            arviz: "\(scratch.path)/a.json")
        let text = try command.run(SoloCommunicator())
        #expect(text.contains("R-hat") && text.contains("in training:") && text.contains("4 shards x 2 chains, 10 draws"))
        struct Report: Decodable { let diagnostics: ChainDiagnostics }
        let found = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: "\(scratch.path)/d.json"))).diagnostics
            .digest
        #expect(found.displacement == digest.displacement && found.energyDrift == digest.energyDrift && found.rHat == digest.rHat)
    }
}

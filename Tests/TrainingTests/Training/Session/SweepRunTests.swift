import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Testing
import Training

/// Runs of a sweep, one after another.
@Suite struct SweepRunTests {
    let scratch = ScratchFolder()
    private var folder: String { "\(scratch.path)/grid" }

    /// What rank 0 says.
    @discardableResult
    private func run(
        _ axes: [String], task: String? = nil, isDry: Bool = false, ranks: Int = 1, stoppingIn cell: Int? = nil
    ) throws -> [String] {
        let (said, folder) = (ScratchRun.Lines(), folder)
        _ = try ThreadRanks.run(ranks) { communicator in
            var run = try SweepRun(try Sweep(axes), folder: folder, task: task)
            run.listener = { said.append($0) }
            run.isStopRequested = { cell.map { cell in said.all.contains { $0.hasPrefix("cell \(cell) of") } } ?? false }
            try run.run(isDry: isDry, communicator) { (cell) throws(Failure) in
                try communicator.agree {
                    let configuration = try ScratchRun.configuration(["run.steps=4", "report.every=1"] + cell)
                    return try ChosenConfiguration.resolve(file: Array(configuration.encodedJSON5().utf8))
                }
            }
        }
        return said.all
    }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? [] }

    @Test(arguments: [1, 3]) func `each cell is a run of its own, with the bits that it has alone, and at the end they are compared`(
        ranks: Int
    ) throws {
        let said = try run(["run.seed=1,2", "sampler.steps=2,3"], ranks: ranks)
        #expect(names == ["1_seed=1_steps=2", "2_seed=1_steps=3", "3_seed=2_steps=2", "4_seed=2_steps=3", "comparison.json"])
        let alone = scratch.run("alone")
        try ScratchRun.train(["run.steps=4", "report.every=1", "run.seed=2", "sampler.steps=2"], in: alone)
        let cell = RunFolder("\(folder)/3_seed=2_steps=2")
        for name in ["model.safetensors", "chains.safetensors"] {
            #expect(try cell.contents(ofStep: 4)[name] == alone.contents(ofStep: 4)[name])
        }
        let last = try #require(said.last)
        #expect(last.contains("run.seed") && last.contains("sampler.steps") && last.split(separator: "\n").count == 6, "\(last)")
        #expect(said.contains { $0.hasPrefix("cell 3 of 4: run.seed=2 sampler.steps=2") })
        let json = try JSON5Parser.parse(FileBytes.read("\(folder)/comparison.json"), name: "comparison")
        guard case .object(let members) = json, case .array(let runs)? = members["runs"] else { return #expect(Bool(false), "no runs") }
        #expect(runs.count == 4 && members["differences"] == .array([.string("run.seed"), .string("sampler.steps")]))
    }

    @Test func `a sweep that was stopped goes on where it was, and finished cells stay as they are`() throws {
        let stopped = failure { try run(["run.seed=1,2,3"], stoppingIn: 2) }
        #expect(stopped?.kind == .requeue, "\(stopped?.message ?? "")")
        #expect(!names.contains("3_seed=3") && !names.contains("comparison.json"))
        let first = RunFolder("\(folder)/1_seed=1")
        let before = try FileManager.default.attributesOfItem(atPath: first.metrics)[.modificationDate] as? Date
        let said = try run(["run.seed=1,2,3"])
        #expect(said.contains { $0.hasPrefix("finished: step 4 of 4 is done") })
        #expect(try FileManager.default.attributesOfItem(atPath: first.metrics)[.modificationDate] as? Date == before)
        #expect(names == ["1_seed=1", "2_seed=2", "3_seed=3", "comparison.json"])
    }

    @Test(arguments: [1, 2]) func `a cell that diverges ends alone and is left out from then on, and a sweep of such cells has diverged`(
        ranks: Int
    ) throws {
        // A gap of at most 1e-6 diverges at once.
        let axes = ["guard.maximumGap=1e-6,null"]
        let said = try run(axes, ranks: ranks)
        let diverged = "\(folder)/1_maximumGap=1e-6/diverged.txt"
        #expect(said.contains { $0.contains("maximumGap=1e-6 has diverged: step") } && names.contains("comparison.json"), "\(said)")
        #expect(try String(contentsOfFile: diverged, encoding: .utf8).contains("Training stops here"))
        #expect(try RunFolder("\(folder)/2_maximumGap=null").steps().first == 4)
        #expect(try run(axes, ranks: ranks).contains { $0.contains("it has diverged before, which \(diverged) says") })
        let all = failure { try run(["guard.maximumGap=1e-6,1e-7"], ranks: ranks) }
        #expect(all?.kind == .numerical && all?.message.contains("every cell") == true, "\(all?.message ?? "")")
    }

    @Test func `a wrong cell is refused before the first one trains, and a dry run only lists them`() throws {
        let wrong = failure { try run(["sampler.steps=2,-1"]) }
        #expect(wrong?.kind == .configuration && names == [])
        let listed = try run(["sampler.steps=2,3"], isDry: true)
        #expect(listed.count == 2 && listed[1].hasPrefix("cell 2 of 2: sampler.steps=3: \(folder)/2_steps=3") && names == [])
    }

    @Test func `a task of a Slurm array trains its cell alone, and the last one to end compares`() throws {
        try run(["run.seed=1,2"], task: "2")
        #expect(names == ["2_seed=2"])
        try run(["run.seed=1,2"], task: "1")
        #expect(names == ["1_seed=1", "2_seed=2", "comparison.json"])
        for task in ["0", "3", "x"] {
            let found = failure { try run(["run.seed=1,2"], task: task) }
            #expect(found?.kind == .usage && found?.message.contains("--array=1-2") == true, "\(found?.message ?? "")")
        }
    }
}

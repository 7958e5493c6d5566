import Configuration
import Distributed
import Failures
import Foundation
import Synchronization
import Testing
import Training

@Suite struct ReportRenewalTests {
    /// Counts what it is asked for, and fails where it is to.
    private final class Reporter: RunReporter, Sendable {
        let steps = Mutex<[Int]>([])
        let failure: Failure?

        init(failing failure: Failure? = nil) { self.failure = failure }

        func write(_ snapshot: ModelSnapshot) throws {
            steps.withLock { $0.append(snapshot.step) }
            if let failure { throw failure }
        }
    }

    private static func train(_ arguments: [String] = [], _ reporter: Reporter?, in folder: RunFolder) throws -> [String] {
        let lines = ScratchRun.Lines()
        var run = TrainingRun(configuration: try ScratchRun.configuration(arguments), folder: folder, isQuiet: true)
        run.listener = { lines.append($0) }
        if let reporter { run.reporter = { _ in reporter } }
        try run.run(SoloCommunicator())
        return lines.all
    }

    @Test(arguments: [[], ["objective.kind=energyDiscrepancy"], ["optimizer.average=0.9"]])
    func `the bits of a run do not depend on its report`(
        arguments: [String]
    ) throws {
        let scratch = ScratchFolder()
        let (with, without) = (scratch.run("with"), scratch.run("without"))
        let reporter = Reporter()
        _ = try Self.train(arguments, reporter, in: with)
        _ = try Self.train(arguments, nil, in: without)
        var (first, second) = (try with.contents(ofStep: 8), try without.contents(ofStep: 8))
        // The manifest holds seconds.
        (first["manifest.json"], second["manifest.json"]) = (nil, nil)
        #expect(first == second)
        #expect(try with.timelessLines() == without.timelessLines())
        #expect(reporter.steps.withLock { $0 }.last == 8, "the end has a report")
    }

    @Test func `a report that cannot be written is one warning, and the training goes on to its end`() throws {
        let folder = ScratchFolder().run()
        let lines = try Self.train(["run.steps=12"], Reporter(failing: Failure(.inputOutput, "no room")), in: folder)
        #expect(lines.count { $0.contains("the report was not written: no room") } == 1)
        #expect(try folder.steps().first == 12)
    }

    @Test func `report.html = false writes none`() throws {
        let reporter = Reporter()
        _ = try Self.train(["report.html=false"], reporter, in: ScratchFolder().run())
        #expect(reporter.steps.withLock { $0 }.isEmpty)
    }
}

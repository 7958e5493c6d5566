import Distributed
import Foundation
import Learning
import Synchronization
import Testing
import Training

/// What is said of a run on its way, and when.
struct ProgressTests {
    let scratch = ScratchFolder()

    /// The seconds at which lines come when steps end every `step` seconds.
    private func times(_ schedule: ProgressSchedule, every step: Double, until end: Double) -> [Double] {
        var schedule = schedule
        return stride(from: step, through: end, by: step).filter { schedule.isDue(at: $0) }
    }

    @Test("lines come by time: the first within five seconds, then later and later, then every ten seconds")
    func schedule() {
        #expect(times(.lines, every: 0.5, until: 60) == [2, 4, 8, 16, 26, 36, 46, 56])
        #expect(times(.lines, every: 0.001, until: 60).count == 8, "however short a step is")
        #expect(times(.lines, every: 25, until: 100) == [25, 50, 75, 100], "each step that is longer")
        #expect(times(.redrawn, every: 0.125, until: 1) == [0.25, 0.5, 0.75, 1])
    }

    @Test("the first line says program, data and folder, and the commands only where none was named", arguments: [true, false])
    func firstLine(isImplied: Bool) throws {
        let (folder, lines) = (scratch.run(), ScratchRun.Lines())
        var run = TrainingRun(configuration: try ScratchRun.configuration(), folder: folder, isQuiet: true)
        run.isImplied = isImplied
        run.listener = { lines.append($0) }
        try run.run(SoloCommunicator())
        let first = try #require(lines.all.first)
        #expect(first.hasPrefix(BuildInformation.version) && first.contains("moons") && first.contains(folder.path))
        #expect(first.contains("--help") == isImplied)
    }

    @Test("the last step has its line, and what the line's names mean stands below the first one alone", arguments: [1, 2])
    func legend(ranks: Int) throws {
        let (folder, lines) = (scratch.run(), ScratchRun.Lines())
        _ = try ThreadRanks.run(ranks) { communicator in
            // Reports are rarer than the run is long: lines do not wait for them.
            var run = TrainingRun(
                configuration: try ScratchRun.configuration(["report.every=1000"]), folder: folder, isQuiet: true)
            run.listener = { lines.append($0) }
            try run.run(communicator)
        }
        let last = try #require(lines.all.last { $0.hasPrefix("step 8/8") })
        #expect(last.contains("  gap ") && last.contains("  |∇E| ") && last.contains("chain steps/s"))
        #expect(lines.all.count { $0.contains("gap:") && $0.contains("mean energy of data") && $0.contains("|∇E|:") } == 1)
    }

    @Test("the end says where picture and model are and which commands come next")
    func end() throws {
        let folder = scratch.run()
        let lines = try ScratchRun.train(in: folder)
        let end = try #require(lines.last)
        for text in [
            folder.sample(8), "\(folder.checkpoint(8))/model.safetensors", "sample --run \(folder.path)", "evaluate --run",
            "diagnose --run",
            "run.steps=16",
        ] {
            #expect(end.contains(text), "\(text): \(end)")
        }
    }
}

/// Waiting and the table at the end.
struct WaitingTimeTests {
    @Test("a rank that comes early waits, the one that comes late does not; steps that are not sampled say nothing")
    func sampled() throws {
        let isWaiting = Atomic<Bool>(false)
        let shares = try ThreadRanks.run(2) { communicator -> Double? in
            var time = WaitingTime(sharesCores: false)
            try time.meet(step: 1, communicator)
            time.note(step: 1, seconds: 1)
            #expect(time.share == nil)
            if communicator.rank == 0 {
                isWaiting.store(true, ordering: .releasing)
            } else {
                while !isWaiting.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.001) }
                Thread.sleep(forTimeInterval: 0.2)
            }
            try time.meet(step: 2, communicator)
            // A tenth of what the other rank sleeps: the early one cannot have waited for less.
            time.note(step: 2, seconds: 0.02)
            return time.share
        }
        #expect(shares[0] == 1 && (shares[1] ?? 2) <= 1)
        var alone = WaitingTime(sharesCores: false)
        try alone.meet(step: 2, SoloCommunicator())
        alone.note(step: 2, seconds: 1)
        #expect(alone.share == 0)
    }

    @Test("where ranks share cores the sum is what it took at its fastest")
    func crowded() {
        var time = WaitingTime(sharesCores: true)
        for (step, seconds) in [(2, 3.0), (3, 0.1), (18, 1), (34, 2)] { time.note(step: step, seconds: seconds) }
        #expect(time.share == 0.5, "3 steps of 1 s, of 6 s")
    }

    private func seconds(sum: Double) -> [Double] { Phase.allCases.map { $0 == .sum ? sum : $0 == .sampling ? 2 : 0 } }

    @Test("the table tells waiting for other ranks from the sum itself, and says who shares cores")
    func table() throws {
        let table = PerformanceTable(
            seconds: [seconds(sum: 8), seconds(sum: 6)], wallSeconds: 10, evaluations: 1, waitingShares: [0.75, 0.5], crowd: (8, 2))
        let rows = table.text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        #expect(rows.contains(["waiting", "3.00", "4.50", "6.00", "50.0", "%"]), "\(table.text)")
        #expect(rows.contains(["sum", "2.00", "2.50", "3.00", "27.8", "%"]), "\(table.text)")
        #expect(table.text.contains("8 ranks take turns on 2 cores"))
    }

    @Test("where waiting is not known the sum stands as it is")
    func unknown() {
        let table = PerformanceTable(seconds: [seconds(sum: 8)], wallSeconds: 10, evaluations: 1)
        #expect(!table.text.contains("waiting") && table.text.contains("8.00"))
    }

    @Test("a run of several ranks has the row")
    func run() throws {
        let (folder, lines) = (ScratchFolder(), ScratchRun.Lines())
        _ = try ThreadRanks.run(2) { communicator in
            var run = TrainingRun(configuration: try ScratchRun.configuration(), folder: folder.run(), isQuiet: true)
            run.listener = { lines.append($0) }
            try run.run(communicator)
        }
        #expect(lines.all.contains { $0.contains("\nwaiting ") && $0.contains("\nsum ") })
    }
}

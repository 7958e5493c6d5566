import Distributed
import Testing

/// When a job stands still, and what is said of it. Looks follow each other a second apart.
@Suite struct StandstillTests {
    /// A job whose ranks all run, compute and note until they are told otherwise.
    struct Job {
        enum Doing { case noting, computing, waiting, blocked, stopped }

        var reports: [ProgressReport]
        var doing: [Doing]
        let seesAll: Bool
        private var judge: StandstillJudge

        init(ranks: Int, seesAll: Bool = true, limit: Double = 60) throws {
            reports = (0..<ranks).map { rank in
                var report = ProgressReport(rank: rank, process: Int32(100 + rank))
                (report.computing, report.standing) = (3600 * limit / 60, limit)
                return report
            }
            doing = Array(repeating: .noting, count: ranks)
            self.seesAll = seesAll
            judge = StandstillJudge(limit: try WatchdogLimit(environment: [WatchdogLimit.variable: "\(limit)"]))
        }

        /// One look of rank 0.
        mutating func look(seconds: Double = 1) -> Standstill? {
            for rank in reports.indices where doing[rank] != .stopped {
                reports[rank].beat += 1
                reports[rank].isWaiting = doing[rank] == .waiting
                // Waiting in MPI takes a whole processor.
                if [.computing, .waiting].contains(doing[rank]) { reports[rank].work += seconds / 2 }
                if doing[rank] == .noting { reports[rank].count += 2 }
            }
            return judge.judge(own: reports[0], peers: Array(reports.dropFirst()), seesAll: seesAll, seconds: seconds)
        }

        /// Looks until there is an alarm: after how many, and what it is.
        mutating func firstAlarm(within looks: Int) -> (after: Int, standstill: Standstill)? {
            for after in 1...looks {
                if let standstill = look() { return (after, standstill) }
            }
            return nil
        }

        mutating func expectNoAlarm(looks: Int, _ location: SourceLocation = #_sourceLocation) {
            let alarm = firstAlarm(within: looks)
            #expect(alarm == nil, sourceLocation: location)
        }

        mutating func mustAlarm(within looks: Int) throws -> (after: Int, standstill: Standstill) {
            let alarm = firstAlarm(within: looks)
            return try #require(alarm)
        }
    }

    static func text(_ standstill: Standstill?, condition: String? = "is stopped (by SIGSTOP or SIGTSTP)") -> String {
        standstill?.text(ranks: 4, step: 7, condition: { _ in condition }, strangers: []) ?? ""
    }

    @Test func `a rank that others wait for and that does not run is an alarm after a minute that names it`() throws {
        for isInCollective in [false, true] {
            var job = try Job(ranks: 4)
            job.expectNoAlarm(looks: 1000)
            job.reports[2].isWaiting = isInCollective
            job.doing = [.waiting, .waiting, .stopped, .waiting]
            // Storage that needs long is no reason for a process that does not run.
            for rank in 0..<4 { job.reports[rank].standing = 600 }
            let (after, standstill) = try job.mustAlarm(within: 1000)
            #expect(after == 61 && standstill.stopped == [2] && standstill.speaker == 0)
            let text = Self.text(standstill)
            #expect(text.contains("rank 0 of 4 has waited for 61 s") && text.contains("at step 7"), "\(text)")
            #expect(text.contains("rank 2 (process 102) is stopped"), "\(text)")
            #expect(Self.text(standstill, condition: nil).contains("rank 2 (process 102) is gone"))
        }
    }

    @Test func `a rank that computes is waited for as long as it may compute, and one that notes for ever`() throws {
        var job = try Job(ranks: 2)
        job.doing = [.waiting, .noting]
        job.expectNoAlarm(looks: 20_000)
        job.doing = [.waiting, .computing]
        let (after, standstill) = try job.mustAlarm(within: 20_000)
        // An hour without a note, and a minute in which computing counts no more.
        #expect((3655...3665).contains(after) && standstill.stopped.isEmpty)
        #expect(Self.text(standstill).contains("rank 1 (process 101) stands still after"), "\(Self.text(standstill))")
    }

    @Test func `a rank that gets a hundredth of a processor computes, and one whose helpers use a thousandth does not`() throws {
        for (share, isAlarm) in [(0.01, false), (0.001, true)] {
            var job = try Job(ranks: 2)
            job.doing = [.waiting, .blocked]
            var alarmed = false
            for _ in 0..<600 {
                job.reports[1].work += share
                alarmed = alarmed || job.look() != nil
            }
            #expect(alarmed == isAlarm)
        }
    }

    @Test func `ranks that wait in different collectives are an alarm after a minute that names both places`() throws {
        var job = try Job(ranks: 2)
        job.doing = [.waiting, .waiting]
        (job.reports[0].place, job.reports[0].activity) = ("broadcast", "loading a checkpoint")
        (job.reports[1].place, job.reports[1].activity) = ("sum of floats", "bench")
        // Nobody works with storage when all wait.
        job.reports[0].standing = 600
        let (after, standstill) = try job.mustAlarm(within: 1000)
        #expect(after == 61)
        let text = Self.text(standstill)
        #expect(
            text.contains("broadcast (loading a checkpoint)") && text.contains("rank 1 waits in sum of floats (bench)")
                && text.contains("same command"), "\(text)")
    }

    @Test func `storage that does not answer is waited for as long as it is said to need`() throws {
        var job = try Job(ranks: 2)
        job.doing = [.waiting, .blocked]
        // It is enough that the rank that writes says so.
        job.reports[1].standing = 600
        let (after, standstill) = try job.mustAlarm(within: 1000)
        #expect(after == 601 && Self.text(standstill).contains("storage"))
        // The rank itself.
        var alone = try Job(ranks: 1)
        alone.doing = [.blocked]
        let alarm = try alone.mustAlarm(within: 1000)
        #expect(alarm.after == 61 && Self.text(alarm.standstill).contains("rank 0 of 4 has stood still"))
    }

    @Test func `ranks of other hosts are waited for as long as a rank may compute, those of this host not`() throws {
        var job = try Job(ranks: 2, seesAll: false)
        job.doing = [.waiting, .waiting]
        let (after, standstill) = try job.mustAlarm(within: 10_000)
        #expect(after == 3601 && Self.text(standstill).contains("cannot see"))
        for doing in [Job.Doing.blocked, .stopped] {
            var job = try Job(ranks: 2, seesAll: false)
            job.doing = [.waiting, doing]
            let after = try job.mustAlarm(within: 10_000).after
            #expect(after == 61)
        }
    }

    @Test func `a job that was suspended as a whole and continued is no alarm`() throws {
        var job = try Job(ranks: 2)
        job.doing = [.waiting, .stopped]
        job.expectNoAlarm(looks: 59)
        job.doing = [.noting, .noting]
        job.expectNoAlarm(looks: 1)
        job.doing = [.waiting, .stopped]
        job.expectNoAlarm(looks: 60)
        _ = try job.mustAlarm(within: 1)
    }

    @Test func `the lowest rank that runs speaks, and a rank that has ended is nobody's business`() throws {
        var job = try Job(ranks: 3)
        job.reports = job.reports.reversed()
        job.doing = [.waiting, .waiting, .stopped]
        let (_, standstill) = try job.mustAlarm(within: 100)
        #expect(standstill.own.rank == 2 && standstill.stopped == [0] && standstill.speaker == 1)
        var ended = try Job(ranks: 2)
        ended.doing = [.noting, .stopped]
        ended.reports[1].hasEnded = true
        ended.expectNoAlarm(looks: 1000)
    }

    @Test func `all times grow and shrink with the limit`() throws {
        var job = try Job(ranks: 2, limit: 6)
        job.doing = [.waiting, .stopped]
        let after = try job.mustAlarm(within: 100).after
        #expect(after == 7)
        var unseen = try Job(ranks: 2, seesAll: false, limit: 6)
        unseen.doing = [.waiting, .waiting]
        let later = try unseen.mustAlarm(within: 1000).after
        #expect(later == 361)
    }

    @Test func `many stopped ranks are counted and not listed`() throws {
        var job = try Job(ranks: 100)
        job.doing = [.waiting] + Array(repeating: .stopped, count: 99)
        let text = Self.text(try job.mustAlarm(within: 100).standstill)
        #expect(text.contains("rank 8 ") && !text.contains("rank 9 ") && text.contains("and 91 more"), "\(text)")
    }
}

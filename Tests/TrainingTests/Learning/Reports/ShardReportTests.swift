import Learning
import Testing
import Training

struct ShardReportTests {
    private static let tallies = [Tally("one"), Tally("two", .max), Tally("three")]

    @Test func `a report has a value for each tally, by its name, and begins anew`() {
        var report = ShardReport(Self.tallies)
        report[Tally("three")] = 3
        report[Tally("two", .max)] += 2
        #expect(report.values == [0, 2, 3] && report[Tally("three")] == 3)
        #expect(report.counts(Tally("three")) && !report.counts(Tally("four")) && report[Tally("four")] == 0)
        report.reset()
        #expect(report == ShardReport(Self.tallies))
    }

    @Test func `shards are added tally by tally, in their order, as each tally says`() {
        let records = [1.0, 1e16, -1e16].map { [$0, $0, $0] }
        // In this order 1 is lost in 1e16; in another it is not.
        #expect(ShardReport.total(Self.tallies, records).values == [0, 1e16, 0])
        #expect(ShardReport.total(Self.tallies, [[-1, -1, -0.0], [-2, -2, -0.0]]).values == [-3, -1, 0])
        #expect(ShardReport.total(Self.tallies, [[-1, -1, -0.0]]).values[2].sign == .plus)
        #expect(ShardReport.total(Self.tallies, []) == ShardReport(Self.tallies))
    }

    @Test(arguments: ObjectiveVariants.all)
    func `no two measures of an objective have one name, and every tally is counted once`(arguments: [String]) throws {
        let profile = try ScratchRun.trainer(arguments).plan.profile
        #expect(Set(profile.measures.map(\.name)).count == profile.measures.count)
        #expect(Set(profile.tallies).count == profile.tallies.count && profile.measures.allSatisfy { !$0.unit.isEmpty })
    }
}

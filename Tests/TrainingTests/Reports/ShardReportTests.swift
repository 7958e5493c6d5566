import Learning
import Testing
import Training

struct ShardReportTests {
    @Test func `a report becomes values and comes back`() {
        let values = (0..<ShardReport.fieldCount).map { Double($0) + 0.5 }
        let report = ShardReport(values: values[...])
        #expect(report.values == values)
        #expect(ShardReport.fields.count == ShardReport.fieldCount && report.latentDivergence == values.last)
        #expect(ShardReport.fieldCount == Mirror(reflecting: report).children.count)
    }

    @Test func `the sum over shards is taken field by field, in shard order`() {
        let records = [1.0, 1e16, -1e16].flatMap { value in Array(repeating: value, count: ShardReport.fieldCount) }
        // In this order 1 is lost in 1e16; in another it is not.
        #expect(ShardReport.sum(records).values == Array(repeating: 0, count: ShardReport.fieldCount))
        #expect(ShardReport.sum([]) == ShardReport())
    }
}

import Learning
import Testing
import Training

/// The table at the end.
struct PerformanceTableTests {
    private func seconds(sum: Double) -> [Double] { Phase.allCases.map { $0 == .sum ? sum : $0 == .sampling ? 2 : 0 } }

    @Test func `the table tells waiting for other ranks from the sum itself, and says who shares cores`() throws {
        let table = PerformanceTable(
            seconds: [seconds(sum: 8), seconds(sum: 6)], wallSeconds: 10, evaluations: 1, waitingShares: [0.75, 0.5], crowd: (8, 2))
        let rows = table.text(width: .max).split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        #expect(rows.contains(["waiting", "3.00", "4.50", "6.00", "50.0", "%"]), "\(table.text(width: .max))")
        #expect(rows.contains(["sum", "2.00", "2.50", "3.00", "27.8", "%"]), "\(table.text(width: .max))")
        #expect(table.text(width: .max).contains("8 ranks take turns on 2 cores"))
    }

    @Test func `where waiting is not known the sum stands as it is`() {
        let table = PerformanceTable(seconds: [seconds(sum: 8)], wallSeconds: 10, evaluations: 1)
        #expect(!table.text(width: .max).contains("waiting") && table.text(width: .max).contains("8.00"))
    }

    @Test(arguments: [40, 80, 120]) func `no row is wider than the terminal`(width: Int) {
        let table = PerformanceTable(seconds: [seconds(sum: 81_234), seconds(sum: 6)], wallSeconds: 10, evaluations: 1)
        let rows = table.text(width: width).split(separator: "\n").dropLast()
        #expect(rows.allSatisfy { $0.count <= width } && rows.contains { $0.contains("81234.00") }, "\(rows)")
    }
}

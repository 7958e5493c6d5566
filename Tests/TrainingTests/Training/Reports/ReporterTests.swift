import Learning
import Testing
import Training

@Suite struct ReporterTests {
    private static func seconds(_ sampling: Double) -> [Double] {
        var seconds = [Double](repeating: 100, count: Phase.allCases.count)
        for phase in [Phase.data, .sampling, .gradients] { seconds[phase.index] = phase == .sampling ? sampling : 0 }
        return seconds
    }

    @Test func `the work of a rank is what it does by itself, without the sum and other waiting`() {
        #expect(Reporter.work(of: [Self.seconds(1), Self.seconds(3)]) == [1, 3])
        #expect(Reporter.work(of: [Self.seconds(1)]) == nil)
    }

    @Test func `of many ranks the busiest of each group of neighbours is told`() throws {
        let work = try #require(Reporter.work(of: (0..<128).map { Self.seconds(Double($0)) }))
        #expect(work == (0..<64).map { Double(2 * $0 + 1) })
        let uneven = try #require(Reporter.work(of: (0..<65).map { Self.seconds(Double($0)) }))
        #expect(uneven.count == 64 && uneven.last == 64 && uneven.first == 0)
    }
}

import Distributed
import Foundation
import Measures
import Numerics
import Testing

@Suite struct EstimateTests {
    private func normals(_ count: Int, index: Int) -> [Double] {
        let values = Matrix(rows: 1, columns: count)
        RandomStream(seed: 3, purpose: .test, step: 0, index: index).fillNormals(values)
        return values.values.map { Double($0) }
    }

    /// Student's quantiles of 97.5 % from tables: 12.7062 at 1, 2.2622 at 9, 2.0211 at 40.
    @Test(arguments: [(2, 12.7062), (10, 2.2622), (41, 2.0211)]) func `independent estimates have Student's interval`(
        count: Int, quantile: Double
    ) {
        let values = (0..<count).map { Double($0 * $0 % 7) }
        let mean = values.reduce(0, +) / Double(count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
        let found = Estimate(ofIndependent: values)
        let width = quantile * (variance / Double(count)).squareRoot()
        #expect(abs(found.value - mean) < 1e-12)
        #expect(abs(found.interval.high - mean - width) < 1e-4 * width && abs(mean - found.interval.low - width) < 1e-4 * width)
    }

    /// Of 200 sets of 40 normal numbers about 190 must have 0 in the interval of their mean, with a deviation of 3.1.
    @Test(arguments: [Interval.Method.percentiles, .reflected, .estimates, .normal])
    func `intervals of 95 % contain the truth in about 95 %`(method: Interval.Method) throws {
        let bootstrap = Bootstrap(resamples: 100)
        let inside = try (0..<200).count { set in
            let values = normals(40, index: set)
            let mean = values.reduce(0, +) / 40
            let interval =
                switch method {
                case .estimates: Estimate(ofIndependent: values).interval
                case .normal: Estimate(meanOf: values).interval
                default:
                    try bootstrap.interval(of: mean, sizes: [40], method: method, SoloCommunicator()) { counts in
                        zip(values, counts[0]).reduce(0) { $0 + $1.0 * Double($1.1) } / 40
                    }
                }
            return interval.low <= 0 && 0 <= interval.high
        }
        #expect((176...198).contains(inside), "\(inside) of 200")
    }

    @Test func `a resample has as many rows as there are, each set its own, and is the same in every run`() {
        let counts = Bootstrap().counts(rows: 50, resample: 7)
        #expect(counts.reduce(0, +) == 50 && counts.contains(0) && counts.contains { $0 > 1 })
        #expect(counts == Bootstrap().counts(rows: 50, resample: 7))
        #expect(counts != Bootstrap().counts(rows: 50, resample: 8) && counts != Bootstrap().counts(rows: 50, resample: 7, set: 1))
        #expect(counts != Bootstrap(seed: 2).counts(rows: 50, resample: 7))
    }

    @Test(arguments: [2, 3]) func `intervals are the same bits on any number of ranks`(ranks: Int) throws {
        let values = normals(30, index: 0)
        let interval = { @Sendable (communicator: any Communicator) throws -> Interval in
            try Bootstrap(resamples: 21).interval(of: 0, sizes: [30, 5], communicator) { counts in
                zip(values, counts[0]).reduce(0) { $0 + $1.0 * Double($1.1) } + Double(counts[1][0])
            }
        }
        let alone = try interval(SoloCommunicator())
        #expect(try ThreadRanks.run(ranks, interval) == Array(repeating: alone, count: ranks))
    }

    /// The mean of squares of n normal numbers is biased by nothing, its root is not: the reflected interval takes a bias of resampling off.
    @Test func `a reflected interval lies on the other side of the value than its resamples`() {
        let resampled = (0...100).map { 3 + Double($0) / 100 }
        let bootstrap = Bootstrap(resamples: 101)
        let (plain, reflected) = (
            bootstrap.interval(of: 2, resampled: resampled), bootstrap.interval(of: 2, resampled: resampled, method: .reflected)
        )
        #expect(abs(plain.low - 3.025) < 1e-12 && abs(plain.high - 3.975) < 1e-12)
        #expect(abs(reflected.low - 0.025) < 1e-12 && abs(reflected.high - 0.975) < 1e-12)
    }
}

import Distributed
import Foundation
import Measures
import Numerics
import TestSupport
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

    private struct Golden: Decodable {
        struct Intervals: Decodable { let mean: [Double], share: [Double], ratio: [Double], decibels: [Double] }

        let x: [Double]
        let columns: Int
        let negatives: [Double]
        let intervals: Intervals
    }

    /// Tests/Interop/golden_measures.py. An end of 4,000 resamples has an error of .042 standard errors of the value, one of 40,000 of .013: within .25.
    @Test func `means, shares, ratios and decibels have the intervals of scipy's bootstrap`() throws {
        let golden = try Fixture.decoded(Golden.self, from: "golden-measures.json")
        let bootstrap = Bootstrap(resamples: 4000)
        let squares: [[Double]] = golden.negatives.map { (value: Double) -> [Double] in [value * value, value] }
        let count = Double(squares.count)
        let ofRows = bootstrap.estimates(ofSums: squares) { (sums: [Double]) -> [Double] in
            let square: Double = sums[0] / count
            return [sums[1] / count, -10 * log10(square)]
        }
        let x = golden.x.map { (value: Double) -> Double in value * value }
        var pairs: [[Double]] = []
        for row in stride(from: 0, to: x.count, by: golden.columns) { pairs.append([x[row], x[row + 1]]) }
        let ratio = bootstrap.estimates(ofSums: pairs) { (sums: [Double]) -> [Double] in [sums[0] / sums[1]] }[0]
        let share = bootstrap.share(of: golden.negatives.map { $0 > 0.5 })
        // Ends of 95 % lie about four standard errors apart. Shares go in steps of a row.
        func expect(_ found: Estimate, _ expected: [Double], step: Double = 0) {
            let tolerance = (expected[1] - expected[0]) / 16 + step
            #expect(abs(found.interval.low - expected[0]) < tolerance, "\(found.interval), expected \(expected)")
            #expect(abs(found.interval.high - expected[1]) < tolerance, "\(found.interval), expected \(expected)")
        }
        expect(ofRows[0], golden.intervals.mean)
        expect(ofRows[1], golden.intervals.decibels)
        expect(ratio, golden.intervals.ratio)
        expect(share, golden.intervals.share, step: 1 / count)
    }

    @Test(arguments: [1, 3]) func `values of several sets are those of their rows written out, on any number of ranks`(ranks: Int) throws {
        let (first, second) = (normals(12, index: 1), normals(9, index: 2))
        let bootstrap = Bootstrap(resamples: 31)
        let found = try ThreadRanks.run(ranks) { communicator in
            try bootstrap.estimates(sizes: [12, 9], communicator) { counts in
                let own: Double = zip(first, counts[0]).reduce(0.0) { $0 + $1.0 * Double($1.1) }
                let other: Double = zip(second, counts[1]).reduce(0.0) { $0 + $1.0 * Double($1.1) }
                return [own / 12 - other / 9]
            }[0]
        }
        let written = (0..<31).map { resample in
            func mean(_ values: [Double], _ set: Int) -> Double {
                let rows = bootstrap.counts(rows: values.count, resample: resample, set: set).enumerated().flatMap { row, count in
                    [Double](repeating: values[row], count: count)
                }
                return rows.reduce(0, +) / Double(rows.count)
            }
            return mean(first, 0) - mean(second, 1)
        }
        let expected = bootstrap.interval(of: found[0].value, resampled: written)
        #expect(found.allSatisfy { $0 == found[0] })
        #expect(abs(found[0].interval.low - expected.low) < 1e-12 && abs(found[0].interval.high - expected.high) < 1e-12)
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

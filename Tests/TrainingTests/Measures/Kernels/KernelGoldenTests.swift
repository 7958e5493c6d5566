import Distributed
import Foundation
import Measures
import Numerics
import TestSupport
import Testing

/// Against scipy and scikit-learn on stored inputs: Tests/Interop/golden_measures.py made them.
@Suite struct KernelGoldenTests {
    private struct Golden: Decodable {
        let x: [Double]
        let y: [Double]
        let columns: Int
        let scoresOfX: [[Double]]
        let positives: [Double]
        let negatives: [Double]
        let medianDistance: Double
        let gaussian: Double
        let cubic: Double
        let stein: Double
        let steinScale: Double
        let auroc: Double
        let auprc: Double
    }

    private let golden: Golden
    private let x: KernelRows
    private let y: KernelRows

    init() throws {
        golden = try Fixture.decoded(Golden.self, from: "golden-measures.json")
        (x, y) = (KernelRows(golden.x, dimension: golden.columns), KernelRows(golden.y, dimension: golden.columns))
    }

    @Test func `the median distance is that of scipy`() {
        let both = KernelRows(golden.x + golden.y, dimension: golden.columns)
        #expect(abs(both.medianDistance(ofFirst: both.rows) - golden.medianDistance) < 1e-10)
    }

    @Test func `the mean discrepancy is that of scikit-learn's kernels`() throws {
        let gaussian = try MeanDiscrepancy.estimate(x, y, .gaussian(width: golden.medianDistance), communicator: SoloCommunicator())
        let cubic = try MeanDiscrepancy.estimate(x, y, .cubic, communicator: SoloCommunicator())
        #expect(abs(gaussian.value - golden.gaussian) < 1e-10 && abs(cubic.value - golden.cubic) < 1e-9)
        #expect(gaussian.interval.low < gaussian.value && gaussian.value < gaussian.interval.high)
    }

    /// The reference differentiates the kernel by central differences: 1e-8.
    @Test func `the Stein discrepancy is that of derivatives by differences`() throws {
        let scores = KernelRows(golden.scoresOfX.flatMap { $0 }, dimension: golden.columns)
        let found = try SteinDiscrepancy.estimate(x, scores: scores, scale: golden.steinScale, communicator: SoloCommunicator())
        #expect(abs(found.value - golden.stein) < 1e-6)
    }

    @Test func `the areas under the curves are those of scikit-learn, equal scores among them`() {
        let found = ScoreSeparation(positives: golden.positives, negatives: golden.negatives)
        #expect(abs(found.auroc - golden.auroc) < 1e-12 && abs(found.auprc - golden.auprc) < 1e-12)
    }

    /// A resample written out: rows as often as they are counted, a row never paired with its own copy.
    @Test func `a resample's value is the one of its rows written out`() throws {
        let bootstrap = Bootstrap(resamples: 3)
        let (first, second) = (
            KernelMeans.Counts(rows: x.rows, bootstrap, set: 0), KernelMeans.Counts(rows: y.rows, bootstrap, set: 1)
        )
        let kernel = RowKernel.gaussian(width: 1.5)
        let within = try KernelMeans.within(first, SoloCommunicator()) { kernel.values($0, of: x, with: x) }
        let between = try KernelMeans.between(first, second, SoloCommunicator()) { kernel.values($0, of: x, with: y) }
        func rows(_ count: Int, _ set: Int) -> [Int] {
            bootstrap.counts(rows: count, resample: 2, set: set).enumerated().flatMap { Array(repeating: $0, count: $1) }
        }
        func value(_ i: Int, _ j: Int, _ other: KernelRows) -> Double {
            let squares = (0..<x.dimension).reduce(0.0) {
                $0 + pow(x.values[i * x.dimension + $1] - other.values[j * x.dimension + $1], 2)
            }
            return exp(-squares / 4.5)
        }
        let (own, others) = (rows(x.rows, 0), rows(y.rows, 1))
        let pairs = own.flatMap { i in own.filter { $0 != i }.map { value(i, $0, x) } }
        let crossed = own.flatMap { i in others.map { value(i, $0, y) } }
        #expect(abs(within[3] - pairs.reduce(0, +) / Double(pairs.count)) < 1e-12)
        #expect(abs(between[3] - crossed.reduce(0, +) / Double(crossed.count)) < 1e-12)
    }

    @Test(arguments: [2, 3]) func `discrepancies are the same bits on any number of ranks`(ranks: Int) throws {
        let rows = Matrix(rows: 150, columns: 3)
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(rows)
        let discrepancies = { @Sendable (communicator: any Communicator) throws -> [Estimate] in
            let (x, y) = (KernelRows(rows.rows(0..<80)), KernelRows(rows.rows(80..<150)))
            let scores = KernelRows(x.values.map { -$0 }, dimension: 3)
            return [
                try MeanDiscrepancy.estimate(x, y, .gaussian(width: 1), communicator: communicator),
                try SteinDiscrepancy.estimate(x, scores: scores, scale: 1, communicator: communicator),
            ]
        }
        let alone = try discrepancies(SoloCommunicator())
        #expect(try ThreadRanks.run(ranks, discrepancies) == Array(repeating: alone, count: ranks))
        // Draws of one distribution, and of the density whose score it is.
        #expect(alone.allSatisfy { $0.interval.low < 0 && 0 < $0.interval.high })
    }
}

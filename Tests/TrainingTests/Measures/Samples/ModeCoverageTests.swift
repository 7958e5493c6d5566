import Datasets
import Measures
import Numerics
import Testing
import Training

@Suite struct ModeCoverageTests {
    private let density = PlaneDensity(.gaussians25)

    private func samples(_ count: Int) -> [Float] {
        let points = Matrix(rows: count, columns: 2)
        density.fillSamples(points, from: RandomStream(seed: 5, purpose: .test, step: 0, index: 0))
        return points.values
    }

    @Test func `samples of the density cover all its modes`() throws {
        let found = try #require(ModeCoverage(of: samples(5000), in: density))
        #expect(found.covered == 25 && found.modes == 25 && found.samples == 5000 && found.threshold == 20)
        // 1 - exp(-9/2), with five standard errors.
        #expect(abs(found.nearShare - 0.98889) < 5 * (0.011 / 5000.0).squareRoot())
    }

    @Test func `a mode without samples is not covered`() throws {
        let all = samples(5000)
        let right = stride(from: 0, to: all.count, by: 2).filter { all[$0] < 2 }.flatMap { [all[$0], all[$0 + 1]] }
        let found = try #require(ModeCoverage(of: right, in: density))
        #expect(found.covered == 20 && found.counts.filter { $0 == 0 }.count == 5)
    }

    @Test func `a sample farther than three deviations from all centres is near none`() throws {
        let (centre, deviation) = (SIMD2<Float>.zero, try #require(density.modes).deviation)
        let points = [centre.x + 2.99 * deviation, centre.y, centre.x, centre.y + 3.01 * deviation, 100, .nan]
        let found = try #require(ModeCoverage(of: points, in: density))
        #expect(found.counts.reduce(0, +) == 1 && found.covered == 1 && found.threshold == 1)
        #expect(found.nearShare == 1 / 3.0)
    }

    @Test func `fewer samples than a tenth of the fair share do not cover a mode`() throws {
        // 250 samples: a mode needs 1 of them; 500: it needs 2.
        let lone: [Float] = [0, 0] + (0..<499).flatMap { _ in [Float(4 / 1.414), 0] }
        let found = try #require(ModeCoverage(of: lone, in: density))
        #expect(found.threshold == 2 && found.covered == 1 && found.counts.filter { $0 > 0 }.count == 2)
    }

    @Test func `shares and covered modes lie in intervals over the choice of samples`() throws {
        let found = try #require(ModeCoverage(of: samples(5000), in: density, Bootstrap()))
        let intervals = try #require(found.intervals)
        #expect(intervals.covered.low == 25 && intervals.covered.high == 25)
        // 1.96 standard errors of a share, whose bootstrap of 200 resamples has ends with an error of a tenth of the width.
        let width = 2 * 1.96 * (found.nearShare * (1 - found.nearShare) / 5000).squareRoot()
        #expect(abs(intervals.nearShare.high - intervals.nearShare.low - width) < 0.25 * width)
        #expect(intervals.nearShare.low < found.nearShare && found.nearShare < intervals.nearShare.high)
        // One of 500 samples lies at a mode that needs two: in 26 % of the resamples it stands there twice or more.
        let lone: [Float] = [0, 0] + (0..<499).flatMap { _ in [Float(4 / 1.414), 0] }
        let rare = try #require(ModeCoverage(of: lone, in: density, Bootstrap())?.intervals)
        #expect(rare.covered.low == 1 && rare.covered.high == 2)
        #expect(ModeCoverage(of: lone, in: density)?.intervals == nil)
    }

    @Test func `a density without separate modes, and no samples, have no coverage`() {
        #expect(ModeCoverage(of: [0, 0], in: PlaneDensity(.rings)) == nil)
        #expect(ModeCoverage(of: [], in: density) == nil)
    }
}

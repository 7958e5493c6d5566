import Datasets
import Formats
import Foundation
import Numerics
import Testing

/// exp(log p) at the middles of a square grid over the domain of a density, times the area of a cell: probabilities of cells to first order.
private struct Grid {
    let size: Int
    let spacing: Double
    let low: SIMD2<Double>
    let masses: [Double]

    init(_ density: PlaneDensity, size: Int) {
        let domain = density.domain
        self.size = size
        let (low, spacing) = (
            SIMD2(Double(domain.x.lowerBound), Double(domain.y.lowerBound)),
            Double(domain.x.upperBound - domain.x.lowerBound) / Double(size)
        )
        self.low = low
        self.spacing = spacing
        masses = (0..<(size * size)).map { index in
            let x = low.x + (Double(index % size) + 0.5) * spacing
            let y = low.y + (Double(index / size) + 0.5) * spacing
            return exp(density.logDensity(x: x, y: y)) * spacing * spacing
        }
    }

    /// Cells at odds with the edges of the checkerboard would not integrate it: 480 cells over 10 have edges at all even numbers.
    static let all = Dictionary(uniqueKeysWithValues: PlaneDensity.Kind.allCases.map { ($0, Grid(PlaneDensity($0), size: 480)) })

    var total: Double { masses.reduce(0, +) }

    /// The sums over blocks of `factor` x `factor` cells.
    func coarse(_ factor: Int) -> [Double] {
        let cells = size / factor
        var sums = [Double](repeating: 0, count: cells * cells)
        for index in masses.indices { sums[index / size / factor * cells + index % size / factor] += masses[index] }
        return sums
    }
}

private func samples(_ density: PlaneDensity, _ count: Int, seed: UInt64 = 7, index: Int = 0) -> Matrix {
    let points = Matrix(rows: count, columns: 2)
    density.fillSamples(points, from: RandomStream(seed: seed, purpose: .test, step: 0, index: index))
    return points
}

@Suite struct PlaneDensityTests {
    /// The midpoint rule converges like exp(-2π² s²/h²) for a Gaussian of deviation s. The smallest deviation is 0.1 (moons, spirals); its
    /// spacings below are at most 0.0177, which leaves nothing. The pinwheel is sheared by up to ~2 where its mass is, still > 4 spacings per
    /// deviation. Checkerboard: edges of squares fall on cell edges. What is left is the mass outside of the domain, documented as < 1e-5.
    @Test(arguments: PlaneDensity.Kind.allCases)
    func `the density integrates to one over its domain`(kind: PlaneDensity.Kind) {
        let total = Grid.all[kind]!.total
        #expect(abs(total - 1) < 1e-5, "\(kind): \(total)")
    }

    /// Chi-square of 400,000 samples in blocks of 0.25 to 0.3 against the integrated density. With k cells the statistic is about normal
    /// with mean k - 1 and variance 2 (k - 1); cells of fewer than 20 expected samples are joined into one. The limit of the 1e-6 upper
    /// quantile by Wilson and Hilferty: k (1 - 2/9k + 4.753 √(2/9k))³. The cell integrals are exact to 1e-4 of a cell, which adds
    /// n (1e-4)² < 0.01 to the statistic.
    @Test(arguments: PlaneDensity.Kind.allCases)
    func `samples agree with the density`(kind: PlaneDensity.Kind) {
        let density = PlaneDensity(kind)
        let (cells, fine, count) = (40, 12, 400_000)
        let grid = Grid.all[kind]!
        let expected = grid.coarse(fine).map { $0 * Double(count) }
        var observed = [Double](repeating: 0, count: cells * cells)
        var outside = 0.0
        let points = samples(density, count)
        for row in 0..<count {
            let place = (SIMD2(Double(points[row, 0]), Double(points[row, 1])) - grid.low) / (grid.spacing * Double(fine))
            let (x, y) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
            if x >= 0 && y >= 0 && x < cells && y < cells { observed[y * cells + x] += 1 } else { outside += 1 }
        }
        var restExpected = Double(count) * max(0, 1 - grid.total)
        var restObserved = outside
        var statistic = 0.0
        var used = 0.0
        for index in expected.indices {
            if expected[index] < 20 {
                restExpected += expected[index]
                restObserved += observed[index]
            } else {
                statistic += (observed[index] - expected[index]) * (observed[index] - expected[index]) / expected[index]
                used += 1
            }
        }
        if restExpected >= 20 {
            statistic += (restObserved - restExpected) * (restObserved - restExpected) / restExpected
            used += 1
        } else {
            // Poisson with mean below 20: 60 or more has probability below 1e-11.
            #expect(restObserved < 60)
        }
        let k = used - 1
        let limit = k * pow(1 - 2 / (9 * k) + 4.753 * (2 / (9 * k)).squareRoot(), 3)
        #expect(statistic < limit, "\(kind): chi-square \(statistic), limit \(limit), \(used) cells")
    }

    /// Seven sample moments of another kind than cells: at the sampled points themselves the mean of -log p is the entropy, which the grid
    /// gives too. The standard error of the mean of 400,000 is measured; 5.2 of them is a false alarm of 2e-7.
    @Test(arguments: PlaneDensity.Kind.allCases)
    func `the mean log density of samples is the negative entropy`(kind: PlaneDensity.Kind) {
        let density = PlaneDensity(kind)
        let logs = density.logDensities(of: samples(density, 20_000, index: 1))
        let mean = logs.reduce(0, +) / 20_000
        let deviation = (logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000).squareRoot()
        let grid = Grid.all[kind]!
        let area = grid.spacing * grid.spacing
        let entropy = grid.masses.reduce(0) { $0 + ($1 > 0 ? $1 * log($1 / area) : 0) }
        // 1e-3 for the mass outside of the domain, where -log p is below 100.
        #expect(abs(mean - entropy) < 5.2 * deviation / 20_000.0.squareRoot() + 1e-3, "\(kind): \(mean) against \(entropy)")
    }

    /// The quadrature behind the curves: the naive trapezoidal rule with 200,000 points, near the curve and up to eight deviations away.
    @Test func `the densities of curves are the integrals along the curves`() {
        func naive(
            _ x: Double, _ y: Double, _ deviation: Double, _ range: ClosedRange<Double>, _ weight: (Double) -> Double,
            _ curve: (Double) -> (Double, Double)
        )
            -> Double
        {
            let count = 200_000
            let step = (range.upperBound - range.lowerBound) / Double(count)
            var sum = 0.0
            for index in 0...count {
                let t = range.lowerBound + Double(index) * step
                let (a, b) = curve(t)
                let value = weight(t) * exp(-((x - a) * (x - a) + (y - b) * (y - b)) / (2 * deviation * deviation))
                sum += index == 0 || index == count ? value / 2 : value
            }
            return sum * step / (2 * Double.pi * deviation * deviation)
        }
        for (x, y) in [(1.0, 0.0), (0.3, 0.8), (-1.2, -0.3), (2.2, 0.5), (0.5, 0.25), (3.1, 0.4), (-2.0, 1.5)] {
            let moons =
                naive(x, y, 0.1, 0...Double.pi, { _ in 0.5 / Double.pi }, { (cos($0), sin($0)) })
                + naive(x, y, 0.1, 0...Double.pi, { _ in 0.5 / Double.pi }, { (1 - cos($0), 0.5 - sin($0)) })
            let roll = naive(
                x, y, 0.2, (1.5 * Double.pi)...(4.5 * Double.pi), { _ in 1 / (3 * Double.pi) }, { ($0 * cos($0) / 5, $0 * sin($0) / 5) })
            let end = 3 * Double.pi
            let spirals = [1.0, -1].reduce(0) { sum, sign in
                sum + naive(x, y, 0.1, 0...end, { $0 / (end * end) }, { (-sign * $0 * cos($0) / 3, sign * $0 * sin($0) / 3) })
            }
            let rings = (1...4).reduce(0) { sum, radius in
                let r = Double(radius)
                return sum + naive(x, y, 0.15, 0...(2 * Double.pi), { _ in 1 / (8 * Double.pi) }, { (r * cos($0), r * sin($0)) })
            }
            for (kind, expected) in [(PlaneDensity.Kind.moons, moons), (.swissRoll, roll), (.spirals, spirals), (.rings, rings)] {
                // Far from a curve the quadrature sees a steep exponential; 1e-4 of a density is 1e-4 of log p.
                let found = PlaneDensity(kind).logDensity(x: x, y: y)
                #expect(abs(found - log(expected)) < 1e-4, "\(kind) at \(x), \(y): \(found) against \(log(expected))")
            }
        }
    }

    @Test func `values in closed form are right`() {
        // At a mode of 25 Gaussians the neighbours add 4 e^-50: log p = -log 25 - log(2π s²).
        let s = 0.2 / 1.414
        let mode = PlaneDensity(.gaussians25).logDensity(x: 2 / 1.414, y: -4 / 1.414)
        #expect(abs(mode - (-log(25.0) - log(2 * Double.pi * s * s))) < 1e-12)
        let board = PlaneDensity(.checkerboard)
        #expect(board.logDensity(x: -3, y: -3) == -log(32.0))
        #expect(board.logDensity(x: -3, y: -1) == -.infinity)
        #expect(board.logDensity(x: 1, y: 5) == -.infinity)
        // The pinwheel at the middle of its first blade: f = (1, 0), turned by e/4 clockwise, times 2.
        let a = exp(1.0) / 4
        let blade = PlaneDensity(.pinwheel).logDensity(x: 2 * cos(a), y: -2 * sin(a))
        // The other blades lie 72 degrees away, (1 - cos 72°)/0.3 and sin 72°/0.1 deviations: e^-45 and less.
        #expect(abs(blade - (-log(5.0) - log(2 * Double.pi * 0.03 * 4))) < 1e-12)
    }

    @Test func `a sample does not depend on how many are drawn`() {
        for kind in PlaneDensity.Kind.allCases {
            let (few, many) = (samples(PlaneDensity(kind), 70), samples(PlaneDensity(kind), 1000))
            #expect(few.values == many.rows(0..<70).values)
        }
    }

    @Test func `modes are where the samples are`() throws {
        for kind in PlaneDensity.Kind.allCases {
            let density = PlaneDensity(kind)
            guard let modes = density.modes else {
                #expect(kind != .gaussians25 && kind != .gaussians8)
                continue
            }
            #expect(modes.centres.count == (kind == .gaussians25 ? 25 : 8))
            let points = samples(density, 5000)
            var hits = [Int](repeating: 0, count: modes.centres.count)
            for row in 0..<points.rows {
                let point = SIMD2(points[row, 0], points[row, 1])
                let squares = modes.centres.map { (($0 - point) * ($0 - point)).sum() }
                let nearest = try #require(squares.indices.min { squares[$0] < squares[$1] })
                hits[nearest] += 1
                // A sample beyond 6.5 deviations has probability e^-21; the generator's greatest normal is 6.8.
                #expect(squares[nearest].squareRoot() < 6.5 * modes.deviation)
            }
            // Binomial(5000, 1/25): mean 200, deviation 13.9; 100 is more than 7 deviations away.
            #expect(hits.allSatisfy { $0 > 100 })
        }
    }

    @Test func `every name leads to its density`() {
        #expect(PlaneDensity.names == ["25gaussians", "8gaussians", "rings", "moons", "pinwheel", "swissroll", "2spirals", "checkerboard"])
        for name in PlaneDensity.names { #expect(PlaneDensity(named: name)?.name == name) }
        #expect(PlaneDensity(named: "gaussians") == nil)
    }

    @Test func `no sample of the checkerboard falls outside of its squares`() {
        let board = PlaneDensity(.checkerboard)
        #expect(board.logDensities(of: samples(board, 200_000)).allSatisfy { $0 > -4 })
    }
}

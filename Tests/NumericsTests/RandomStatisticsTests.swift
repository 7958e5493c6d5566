import Foundation
import Numerics
import Testing

/// The numbers of a stream behave as independent draws of their distribution.
///
/// Each comparison is of a statistic with a bound that a true random source exceeds with probability below 4e-8, and no test makes
/// more than 25 comparisons: a test raises a false alarm with probability below 1e-6. Means of many draws: 5.5
/// standard deviations (two-sided normal tail 3.8e-8). Chi-square with k degrees of freedom: k + 2√(kt) + 2t above and k - 2√(kt)
/// below, each exceeded with probability at most e⁻ᵗ (Laurent, Massart, doi:10.1214/aos/1015957395), t = 17.4. Counts with mean λ:
/// λ ± (L/3 + √(L²/9 + 2λL)), L = 17.8 (Bernstein).
struct RandomStatisticsTests {
    static let count = 1 << 23

    static func normals(_ stream: RandomStream, from draw: Int = 0, count: Int = count) -> Matrix {
        let out = Matrix(rows: 1, columns: count)
        stream.fillNormals(out, from: draw)
        return out
    }

    static func uniforms(_ stream: RandomStream, from draw: Int = 0, count: Int = count) -> Matrix {
        let out = Matrix(rows: 1, columns: count)
        stream.fillUniforms(out, from: draw)
        return out
    }

    static func stream(purpose: RandomPurpose = .test, step: Int = 7, index: Int = 3, seed: UInt64 = 42) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: step, index: index)
    }

    static func chiSquareIsPlausible(_ value: Double, degrees: Int) -> Bool {
        let (k, t) = (Double(degrees), 17.4)
        return value <= k + 2 * (k * t).squareRoot() + 2 * t && value >= k - 2 * (k * t).squareRoot()
    }

    static func countIsPlausible(_ count: Int, mean: Double) -> Bool {
        let l = 17.8
        return abs(Double(count) - mean) < l / 3 + (l * l / 9 + 2 * mean * l).squareRoot()
    }

    @Test func `the moments of normals are 0, 1, 0, 3`() {
        var sums = (0.0, 0.0, 0.0, 0.0)
        for value in Self.normals(Self.stream()).values {
            let x = Double(value)
            let square = x * x
            sums = (sums.0 + x, sums.1 + square, sums.2 + square * x, sums.3 + square * square)
        }
        let n = Double(Self.count)
        // Standard deviations of x, x², x³, x⁴ of a standard normal: 1, √2, √15, √96.
        #expect(abs(sums.0 / n) < 5.5 * (1 / n).squareRoot())
        #expect(abs(sums.1 / n - 1) < 5.5 * (2 / n).squareRoot())
        #expect(abs(sums.2 / n) < 5.5 * (15 / n).squareRoot())
        #expect(abs(sums.3 / n - 3) < 5.5 * (96 / n).squareRoot())
    }

    @Test func `the moments of uniforms are 1/2, 1/12, 0, 1/80`() {
        var sums = (0.0, 0.0, 0.0, 0.0)
        for value in Self.uniforms(Self.stream()).values {
            let x = Double(value) - 0.5
            let square = x * x
            sums = (sums.0 + x, sums.1 + square, sums.2 + square * x, sums.3 + square * square)
        }
        let n = Double(Self.count)
        // E x^2k = 1 / ((2k + 1) 4^k): variances 1/12, 1/80 - 1/144, 1/448, 1/2304 - 1/6400.
        #expect(abs(sums.0 / n) < 5.5 * (1 / 12 / n).squareRoot())
        #expect(abs(sums.1 / n - 1 / 12) < 5.5 * ((1 / 80 - 1 / 144) / n).squareRoot())
        #expect(abs(sums.2 / n) < 5.5 * (1 / 448 / n).squareRoot())
        #expect(abs(sums.3 / n - 1 / 80) < 5.5 * ((1 / 2304 - 1 / 6400) / n).squareRoot())
    }

    @Test func `uniforms fill 1024 bins, and pairs of neighbours 64 x 64 bins, evenly`() {
        var single = [Int](repeating: 0, count: 1024)
        var pairs = [Int](repeating: 0, count: 4096)
        let values = Self.uniforms(Self.stream()).values
        for value in values { single[Int(value * 1024)] += 1 }
        for j in stride(from: 0, to: Self.count, by: 2) { pairs[Int(values[j] * 64) * 64 + Int(values[j + 1] * 64)] += 1 }
        #expect(Self.chiSquareIsPlausible(Self.chiSquare(single, probability: { _ in 1 / 1024 }), degrees: 1023))
        #expect(Self.chiSquareIsPlausible(Self.chiSquare(pairs, probability: { _ in 1 / 4096 }), degrees: 4095))
    }

    @Test func `normals fill bins of width 1/8 as the normal distribution does`() {
        var bins = [Int](repeating: 0, count: 66)
        for value in Self.normals(Self.stream()).values {
            bins[min(65, max(0, Int((Double(value) * 8).rounded(.down)) + 33))] += 1
        }
        let probabilities = (0..<66).map { bin in
            let (a, b) = (Double(bin - 33) / 8, Double(bin - 32) / 8)
            return Self.below(bin == 65 ? .infinity : b) - Self.below(bin == 0 ? -.infinity : a)
        }
        #expect(Self.chiSquareIsPlausible(Self.chiSquare(bins, probability: { probabilities[$0] }), degrees: 65))
    }

    @Test func `the distribution function of a million normals is the normal one`() {
        let sorted = Self.normals(Self.stream(index: 11), count: 1 << 20).values.sorted()
        var distance = 0.0
        for (rank, value) in sorted.enumerated() {
            let p = Self.below(Double(value))
            distance = max(distance, abs(p - Double(rank) / 0x1p20), abs(Double(rank + 1) / 0x1p20 - p))
        }
        // Dvoretzky-Kiefer-Wolfowitz: P(distance > d) <= 2 exp(-2 n d²) = 4e-8 at √n d = 2.98.
        #expect(distance < 2.98 / 1024)
    }

    @Test func `there are as many normals beyond 3, 4 and 5 standard deviations as there must be, on each side`() {
        let (chunk, chunks) = (1 << 20, 128)
        let out = Matrix(rows: 1, columns: chunk)
        var above = [0, 0, 0]
        var below = [0, 0, 0]
        for index in 0..<chunks {
            Self.stream(index: index).fillNormals(out)
            for value in out.values where abs(value) > 3 {
                for level in 0..<3 where abs(value) > Float(level + 3) {
                    if value > 0 { above[level] += 1 } else { below[level] += 1 }
                }
            }
        }
        for level in 0..<3 {
            let expected = Double(chunk * chunks) * Self.below(-Double(level + 3))
            #expect(Self.countIsPlausible(above[level], mean: expected), "above \(level + 3): \(above[level]) of \(expected)")
            #expect(Self.countIsPlausible(below[level], mean: expected), "below \(level + 3): \(below[level]) of \(expected)")
        }
    }

    @Test func `every bit of a word is set half of the time`() {
        var ones = [Int](repeating: 0, count: 32)
        let stream = Self.stream()
        for draw in 0..<(1 << 18) {
            let word = stream.bits(at: draw)
            for bit in 0..<32 { ones[bit] += Int(word >> bit & 1) }
        }
        // Standard deviation 2⁸; for 32 comparisons 5.6 of them.
        for bit in 0..<32 { #expect(abs(Double(ones[bit]) - 0x1p17) < 5.6 * 0x1p8) }
    }

    @Test func `integers below a bound are even`() {
        var counts = [Int](repeating: 0, count: 97)
        let stream = Self.stream()
        for draw in 0..<(1 << 18) { counts[stream.integer(below: 97, at: draw)] += 1 }
        #expect(Self.chiSquareIsPlausible(Self.chiSquare(counts, probability: { _ in 1 / 97 }), degrees: 96))
    }

    @Test(arguments: [1, 2, 15, 16, 17, 32, 48, 64, 128, 1024])
    func `draws at a distance are uncorrelated, and so are their squares`(_ distance: Int) {
        let values = Self.normals(Self.stream(index: 5))
        let n = Self.count - distance
        Self.expectIndependence(values.view(from: 0, rows: 1, columns: n), values.view(from: distance, rows: 1, columns: n))
    }

    @Test func `neighbouring indices, steps, purposes and seeds give independent streams`() {
        let values = Self.normals(Self.stream())
        let others = [
            Self.stream(index: 4), Self.stream(step: 8), Self.stream(step: 7 + 1 << 32), Self.stream(purpose: .langevin),
            Self.stream(seed: 43), Self.stream(seed: 42 + 1 << 32),
        ]
        for other in others { Self.expectIndependence(values, Self.normals(other)) }
    }

    @Test func `one draw along indices and along steps is a sequence of independent numbers`() {
        let n = 1 << 18
        let alongIndices = Matrix(rows: 1, columns: n, (0..<n).map { Self.stream(index: $0).normal(at: 9) })
        let alongSteps = Matrix(rows: 1, columns: n, (0..<n).map { Self.stream(step: $0).normal(at: 9) })
        for values in [alongIndices, alongSteps] {
            Self.expectIndependence(values.view(from: 0, rows: 1, columns: n - 1), values.view(from: 1, rows: 1, columns: n - 1))
        }
        Self.expectIndependence(alongIndices, alongSteps)
    }

    // MARK: - Statistics

    /// Correlations of independent normals and of their squares: standard deviations 1 and 2 over √n.
    static func expectIndependence(_ a: Matrix, _ b: Matrix, sourceLocation: SourceLocation = #_sourceLocation) {
        var products = 0.0
        var squares = 0.0
        for (x, y) in zip(a.values, b.values) {
            products += Double(x) * Double(y)
            squares += (Double(x) * Double(x) - 1) * (Double(y) * Double(y) - 1)
        }
        let root = Double(a.count).squareRoot()
        #expect(abs(products / root) < 5.5, sourceLocation: sourceLocation)
        #expect(abs(squares / root) < 11, sourceLocation: sourceLocation)
    }

    static func chiSquare(_ counts: [Int], probability: (Int) -> Double) -> Double {
        let total = Double(counts.reduce(0, +))
        var sum = 0.0
        for (bin, count) in counts.enumerated() {
            let expected = total * probability(bin)
            sum += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        return sum
    }

    /// The distribution function of the standard normal distribution.
    static func below(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
}

import Foundation
import Numerics
import Sampling
import Testing

/// Long chains have the moments of the stationary distribution of the discretised chain, which is known exactly.
///
/// All chains begin in, or have long reached, that distribution. Error bounds: `ChainMeans`, `Statistics`.
struct LangevinMomentsTests {
    static let chains = 4096

    static func stream(_ index: Int) -> RandomStream { RandomStream(seed: 11, purpose: .test, step: 0, index: index) }

    @Test(arguments: [0.02, 0.3, 1.2])
    func `a chain on an isotropic Gaussian has the variance of its AR(1) process, not that of the Gaussian`(stepSize a: Double) {
        let (mean, k, temperature) = ([0.7, -1.5, 3], 1.3, 0.8)
        let potential = GaussianPotential(mean: mean, precision: k)
        let noise = Langevin.properNoise(stepSize: Float(a), temperature: Float(temperature))
        // x' - m = φ (x - m) + σ ξ has variance σ²/(1 - φ²) where it is stationary.
        let phi = 1 - Double(Float(a)) * k
        let variance = Double(noise) * Double(noise) / (1 - phi * phi)
        let buffers = ChainBuffers(chains: Self.chains, dimension: 3)
        Self.stream(1).fillNormals(buffers.positions)
        for row in 0..<Self.chains {
            for column in 0..<3 {
                buffers.positions[row, column] = Float(mean[column] + variance.squareRoot() * Double(buffers.positions[row, column]))
            }
        }
        let result = ChainMeans(
            Langevin(stepSize: Float(a), noise: noise), buffers, in: potential, discarded: 1, steps: 150, stream: Self.stream(0),
            functions: (0..<3).flatMap { c in [{ $0[c] - mean[c] }, { ($0[c] - mean[c]) * ($0[c] - mean[c]) }] })
        for column in 0..<3 {
            #expect(result.agrees(2 * column, 0), "mean \(result.means[2 * column]) ± \(result.errors[2 * column])")
            #expect(
                result.agrees(2 * column + 1, variance),
                "\(result.means[2 * column + 1]) ± \(result.errors[2 * column + 1]), not \(variance)")
            // The test can tell the chain's variance from the Gaussian's: the bias is (a k/2)/(1 - a k/2), 1.3 % for the least step.
            if a >= 0.3 { #expect(abs(variance - temperature / k) > 20 * result.errors[2 * column + 1]) }
        }
        // The autocorrelation time of the mean of an AR(1) process is (1 + φ)/(1 - φ); 150 steps are long against it but for the least step size.
        if a >= 0.3 {
            let expected = Double(Self.chains * 150) * (1 - phi) / (1 + phi)
            #expect(
                abs(result.effectiveSamples[0] / expected - 1) < 0.25, "\(result.effectiveSamples[0]) effective samples, not \(expected)")
        }
    }

    @Test func `a chain on a turned anisotropic Gaussian has the covariance of the discretised chain`() {
        let (p, q, sine, cosine) = (1.0, 9.0, 0.6, 0.8)
        let potential = GaussianPotential(mean: [1, -2], precisions: (p, q), angle: (sine, cosine))
        let a = 0.125
        let kernel = Langevin(stepSize: Float(a), noise: Langevin.properNoise(stepSize: Float(a), temperature: 1))
        // Along an axis of precision p the variance is σ²/(1 - (1 - a p)²) = 1/(p (1 - a p/2)).
        let (u, v) = (1 / (p * (1 - a * p / 2)), 1 / (q * (1 - a * q / 2)))
        let covariance = [u * cosine * cosine + v * sine * sine, (u - v) * sine * cosine, u * sine * sine + v * cosine * cosine]
        let buffers = ChainBuffers(chains: Self.chains, dimension: 2)
        // The slowest mode shrinks by 1 - a p = 0.875 a step: 0.875^200 is 2.5e-12.
        let result = ChainMeans(
            kernel, buffers, in: potential, discarded: 200, steps: 300, stream: Self.stream(2),
            functions: [
                { $0[0] - 1 }, { $0[1] + 2 }, { ($0[0] - 1) * ($0[0] - 1) }, { ($0[0] - 1) * ($0[1] + 2) }, { ($0[1] + 2) * ($0[1] + 2) },
            ])
        for (number, expected) in ([0, 0] + covariance).enumerated() {
            #expect(result.agrees(number, expected), "\(number): \(result.means[number]) ± \(result.errors[number]), not \(expected)")
        }
        // The bias of the stiff axis, v - 1/q, is what tells the chain from the Gaussian.
        #expect(abs(v - 1 / q) * cosine * cosine > 20 * result.errors[4])
    }

    @Test func `decoupled noise has the variance that step size and noise give, far from the temperature`() {
        let (a, noise, k) = (0.2, 0.05, 2.0)
        let phi = 1 - Double(Float(a)) * k
        let variance = Double(Float(noise)) * Double(Float(noise)) / (1 - phi * phi)
        let buffers = ChainBuffers(chains: Self.chains, dimension: 1)
        let result = ChainMeans(
            Langevin(stepSize: Float(a), noise: Float(noise)), buffers, in: GaussianPotential(mean: [0], precision: k), discarded: 60,
            steps: 200, stream: Self.stream(3), functions: [{ $0[0] }, { $0[0] * $0[0] }])
        #expect(result.agrees(0, 0))
        #expect(result.agrees(1, variance), "\(result.means[1]) ± \(result.errors[1]), not \(variance)")
    }

    @Test func `noise before the drift gives the variance of the drifted state`() {
        let (a, k) = (0.4, 1.0)
        let noise = Langevin.properNoise(stepSize: Float(a), temperature: 1)
        // x' = φ (x + σ ξ): variance φ² σ²/(1 - φ²).
        let phi = 1 - Double(Float(a)) * k
        let variance = phi * phi * Double(noise) * Double(noise) / (1 - phi * phi)
        let buffers = ChainBuffers(chains: Self.chains, dimension: 1)
        let result = ChainMeans(
            Langevin(stepSize: Float(a), noise: noise, noiseFirst: true), buffers, in: GaussianPotential(mean: [0], precision: k),
            discarded: 60, steps: 200, stream: Self.stream(4), functions: [{ $0[0] * $0[0] }])
        #expect(result.agrees(0, variance), "\(result.means[0]) ± \(result.errors[0]), not \(variance)")
    }

    @Test
    func
        `a chain on a mixture has the moments of the stationary distribution of its transition, found by iterating the transition on a grid`()
    {
        let potential = MixturePotential(weights: [0.3, 0.7], centres: [-1.5, 1.5], deviation: 0.8)
        let a = 0.25
        let noise = Langevin.properNoise(stepSize: Float(a), temperature: 1)
        let (points, probabilities) = StationaryGrid.solve(potential, stepSize: Double(Float(a)), noise: Double(noise), reach: 7)
        let functions: [([Double]) -> Double] = [{ $0[0] }, { $0[0] * $0[0] }, { $0[0] > 0 ? 1 : 0 }]
        let expected = functions.map { f in zip(points, probabilities).reduce(0) { $0 + f([$1.0]) * $1.1 } }
        let buffers = ChainBuffers(chains: Self.chains, dimension: 1)
        Self.stream(6).fillNormals(buffers.positions)
        let result = ChainMeans(
            Langevin(stepSize: Float(a), noise: noise), buffers, in: potential, discarded: 500, steps: 400, stream: Self.stream(5),
            functions: functions)
        #expect(result.agrees(0, expected[0]), "\(result.means[0]) ± \(result.errors[0]), not \(expected[0])")
        #expect(result.agrees(1, expected[1]), "\(result.means[1]) ± \(result.errors[1]), not \(expected[1])")
        // The indicator jumps at 0, so the grid knows its mean only to half a cell times the density there.
        #expect(abs(result.means[2] - expected[2]) < Statistics.deviations * result.errors[2] + 0.02 * 0.2)
        // The grid's second moment is not the mixture's: 1.5² + 0.8².
        #expect(abs(expected[1] - (2.25 + 0.64)) > 10 * result.errors[1])
    }
}

/// E(x) = -log Σ w_i N(x; c_i, s²) on the line.
struct MixturePotential: RowPotential {
    let weights: [Double]
    let centres: [Double]
    let deviation: Double
    var dimension: Int { 1 }

    func energy(_ x: [Double]) -> Double { -log(parts(x[0]).reduce(0, +)) }

    func gradient(_ x: [Double]) -> [Double] {
        let parts = parts(x[0])
        let pull = zip(parts, centres).reduce(0) { $0 + $1.0 * (x[0] - $1.1) }
        return [pull / parts.reduce(0, +) / (deviation * deviation)]
    }

    private func parts(_ x: Double) -> [Double] {
        zip(weights, centres).map { $0 * exp(-(x - $1) * (x - $1) / (2 * deviation * deviation)) }
    }
}

/// The stationary distribution of x <- x - a E'(x) + σ ξ on the line, by power iteration of the transition on a fine grid.
enum StationaryGrid {
    static func solve(_ potential: some RowPotential, stepSize: Double, noise: Double, reach: Double) -> ([Double], [Double]) {
        // A cell of 0.04 against σ = 0.7: sums of Gaussians on a grid are exact to e^(-2π²σ²/h²).
        let (count, cell) = (Int(2 * reach / 0.04) + 1, 0.04)
        let points = (0..<count).map { -reach + cell * Double($0) }
        let transition = points.map { x -> [Double] in
            let centre = x - stepSize * potential.gradient([x])[0]
            let row = points.map { exp(-($0 - centre) * ($0 - centre) / (2 * noise * noise)) }
            let sum = row.reduce(0, +)
            return row.map { $0 / sum }
        }
        var p = [Double](repeating: 1 / Double(count), count: count)
        for _ in 0..<800 {
            var next = [Double](repeating: 0, count: count)
            for (weight, row) in zip(p, transition) where weight > 1e-30 {
                for index in 0..<count { next[index] += weight * row[index] }
            }
            p = next
        }
        return (points, p)
    }
}

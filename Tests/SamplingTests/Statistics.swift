import Numerics
import Sampling

/// Bounds that a correct program exceeds with probability below 4e-8, so that a test with up to 25 comparisons raises a false alarm with
/// probability below 1e-6.
enum Statistics {
    /// The two-sided normal tail at 5.5 standard errors is 3.8e-8.
    static let deviations = 5.5

    /// Chi-square with k degrees of freedom is outside k - 2√(kt) ... k + 2√(kt) + 2t with probability at most 2e⁻ᵗ, t = 18
    /// (Laurent, Massart, doi:10.1214/aos/1015957395).
    static func chiSquareIsPlausible(_ value: Double, degrees: Int) -> Bool {
        let (k, t) = (Double(degrees), 18.0)
        return value <= k + 2 * (k * t).squareRoot() + 2 * t && value >= k - 2 * (k * t).squareRoot()
    }

    /// Σ (observed - expected)²/expected for equally likely bins.
    static func chiSquare(_ counts: [Int]) -> Double {
        let expected = Double(counts.reduce(0, +)) / Double(counts.count)
        return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    }
}

/// Means of functions of the state along many independent chains, with standard errors.
///
/// The average of a chain over time is one observation; the chains are independent, so the spread of these observations is the error of
/// their mean, whatever the autocorrelation of a chain. `effectiveSamples` is the number of independent states that would know as much.
struct ChainMeans {
    let means: [Double]
    let errors: [Double]
    let effectiveSamples: [Double]

    /// - Parameters:
    ///   - buffers: the chains, where they start.
    ///   - discarded: steps before the averages begin.
    ///   - functions: of one state.
    init(
        _ kernel: some TransitionKernel, _ buffers: ChainBuffers, in potential: some Potential, discarded: Int, steps: Int,
        stream: RandomStream,
        functions: [([Double]) -> Double]
    ) {
        let chains = buffers.positions.rows
        let noise = ChainNoise(stream)
        var state = kernel.initialState(buffers, in: potential)
        var sums = [[Double]](repeating: [Double](repeating: 0, count: functions.count), count: chains)
        var squares = [Double](repeating: 0, count: functions.count)
        for index in 0..<discarded + steps {
            _ = kernel.step(&state, index: index, noise: noise, in: potential)
            guard index >= discarded else { continue }
            for row in 0..<chains {
                let point = (0..<buffers.positions.columns).map { Double(buffers.positions[row, $0]) }
                for (number, function) in functions.enumerated() {
                    let value = function(point)
                    sums[row][number] += value
                    squares[number] += value * value
                }
            }
        }
        let (n, total) = (Double(chains), Double(chains * steps))
        let means = functions.indices.map { number in sums.reduce(0) { $0 + $1[number] } / total }
        let errors = functions.indices.map { number in
            let spread = sums.reduce(0) { $0 + ($1[number] / Double(steps) - means[number]) * ($1[number] / Double(steps) - means[number]) }
            return (spread / (n - 1) / n).squareRoot()
        }
        self.means = means
        self.errors = errors
        effectiveSamples = functions.indices.map { (squares[$0] / total - means[$0] * means[$0]) / (errors[$0] * errors[$0]) }
    }

    /// Whether a mean is where it should be, within its error.
    func agrees(_ number: Int, _ expected: Double) -> Bool {
        abs(means[number] - expected) < Statistics.deviations * errors[number]
    }
}

extension ChainNoise {
    /// A stream for what moves chains, and one of its own for decisions.
    init(_ motion: RandomStream) {
        self.init(motion: motion, decisions: RandomStream(seed: 12, purpose: .acceptance, step: 0, index: 0))
    }
}

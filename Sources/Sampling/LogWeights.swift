import Numerics

/// A choice among several with probabilities in proportion to exp(l).
struct LogWeights {
    private var logarithms: [Double] = []
    private var powers: [Double] = []
    private var largest = -Double.infinity

    /// - Parameter capacity: how many there are at most.
    init(capacity: Int) {
        logarithms.reserveCapacity(capacity)
        powers.reserveCapacity(capacity)
    }

    /// Forgets all weights.
    mutating func clear() {
        logarithms.removeAll(keepingCapacity: true)
        largest = -.infinity
    }

    /// One more; -∞ for what cannot be chosen.
    mutating func append(_ logarithm: Double) {
        logarithms.append(logarithm)
        // NaN becomes the largest and stays it: all probabilities are NaN then.
        if !(logarithm <= largest) { largest = logarithm }
    }

    /// Whether nothing can be chosen.
    var isEmpty: Bool { largest == -.infinity }

    /// Which one a uniform number chooses, and the logarithm of its probability; NaN, and any of them, where a weight is not finite.
    mutating func choose(_ uniform: Float) -> (place: Int, logProbability: Double) {
        let sum = total()
        let threshold = Double(uniform) * sum
        var (place, reached) = (0, powers[0])
        while !(reached > threshold), place < powers.count - 1 {
            place += 1
            reached += powers[place]
        }
        // Rounding may lead behind the last that can be chosen.
        while powers[place] == 0, place > 0 { place -= 1 }
        return (place, logarithms[place] - largest - Self.logarithm(sum))
    }

    /// Of a choice.
    mutating func logProbability(of place: Int) -> Double { logarithms[place] - largest - Self.logarithm(total()) }

    private mutating func total() -> Double {
        powers.removeAll(keepingCapacity: true)
        var sum = 0.0
        for logarithm in logarithms {
            let power = LogWeight.exp(logarithm - largest)
            powers.append(power)
            sum += power
        }
        return sum
    }

    /// Our own logarithm: what it gives reaches the model.
    private static func logarithm(_ x: Double) -> Double { Double(VectorMath.log(Float(x))) }
}

import Glibc

/// log Σ exp(a_i) of terms that come one after the other, without overflow: Σ is kept relative to the greatest term.
struct LogSum {
    private var greatest = -Double.infinity
    private var sum = 0.0

    init(_ terms: some Sequence<Double> = EmptyCollection()) {
        for term in terms { add(term) }
    }

    /// Minus infinity for no terms.
    var value: Double { sum == 0 ? -.infinity : greatest + log(sum) }

    mutating func add(_ term: Double) {
        if term > greatest {
            sum = sum * exp(greatest - term) + 1
            greatest = term
        } else if term > -.infinity {
            sum += exp(term - greatest)
        }
    }
}

/// Rows in proportion to their weights, one for each place of an epoch.
///
/// Systematic sampling: of N rows with weights w, place k of an epoch with the offset u, from 0 to 1, is the row in whose part of the line from 0 to Σ w the
/// point (k + u) Σ w / N lies. In an epoch a row is seen N w / Σ w times, up to one, and on the average exactly so often.
struct WeightedDraws: Sendable {
    /// Where the part of each row ends.
    private let ends: [Double]

    /// - Parameter weights: 0 or more, not all 0.
    init(_ weights: [Float]) {
        var sum = 0.0
        ends = weights.map { weight in
            sum += Double(weight)
            return sum
        }
    }

    func row(_ place: Int, offset: Double) -> Int {
        let point = (Double(place) + offset) * (ends[ends.count - 1] / Double(ends.count))
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > point { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

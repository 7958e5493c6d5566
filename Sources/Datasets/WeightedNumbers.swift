/// Numbers of rows, each with the weight of its row.
struct WeightedNumbers {
    var numbers: [Double] = []
    /// Above 0, as many as numbers; nil: all count alike.
    var weights: [Double]?

    /// Mean and standard deviation, Σ w v / Σ w and the root of Σ w (v - mean)² / Σ w: summed in Double in row order, as those of data sets are; 0 without numbers.
    var moments: (mean: Double, deviation: Double) {
        guard !numbers.isEmpty else { return (0, 0) }
        let mean = sum { $0 } / total
        return (mean, (sum { ($0 - mean) * ($0 - mean) } / total).squareRoot())
    }

    /// Their different values in order, each with the share of all weight that lies below it, its own counted half.
    var ranks: [(value: Double, share: Double)] {
        let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
        var (ranks, below, first): ([(value: Double, share: Double)], Double, Int) = ([], 0, 0)
        while first < order.count {
            var (end, own) = (first, 0.0)
            while end < order.count, numbers[order[end]] == numbers[order[first]] {
                own += weight(order[end])
                end += 1
            }
            ranks.append((numbers[order[first]], (below + own / 2) / total))
            (below, first) = (below + own, end)
        }
        return ranks
    }

    func map(_ change: (Double) -> Double) -> WeightedNumbers { WeightedNumbers(numbers: numbers.map(change), weights: weights) }

    private var total: Double { weights?.reduce(0, +) ?? Double(numbers.count) }

    private func weight(_ place: Int) -> Double { weights?[place] ?? 1 }

    private func sum(_ term: (Double) -> Double) -> Double {
        numbers.indices.reduce(0) { $0 + weight($1) * term(numbers[$1]) }
    }
}

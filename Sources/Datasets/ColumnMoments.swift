import Numerics

/// Mean and standard deviation (dividing by the count) of every value of a row over all rows of a data set.
public struct ColumnMoments: Hashable, Codable, Sendable {
    public let means: [Double]
    public let deviations: [Double]

    public init(means: [Double], deviations: [Double]) {
        precondition(means.count == deviations.count, "\(means.count) means and \(deviations.count) deviations")
        (self.means, self.deviations) = (means, deviations)
    }
}

extension Dataset {
    /// The moments of the file's numbers, summed in Double in row order.
    public func moments() -> ColumnMoments {
        let sums = columnSums { value, _ in value }
        let means = sums.map { $0 / Double(count) }
        let squares = columnSums { value, column in (value - means[column]) * (value - means[column]) }
        return ColumnMoments(means: means, deviations: squares.map { ($0 / Double(count)).squareRoot() })
    }

    private func columnSums(_ term: (Double, Int) -> Double) -> [Double] {
        let width = shape.count
        var sums = [Double](repeating: 0, count: width)
        for row in 0..<count {
            for column in 0..<width { sums[column] += term(number(row * width + column), column) }
        }
        return sums
    }
}

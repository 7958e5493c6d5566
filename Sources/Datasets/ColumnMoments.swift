/// Mean and standard deviation (dividing by the count) of every value of a row over all rows of a data set.
public struct ColumnMoments: Hashable, Codable, Sendable {
    public let means: [Double]
    public let deviations: [Double]

    public init(means: [Double], deviations: [Double]) {
        precondition(means.count == deviations.count, "\(means.count) means and \(deviations.count) deviations")
        (self.means, self.deviations) = (means, deviations)
    }
}

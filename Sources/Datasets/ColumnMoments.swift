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

/// Of which rows the moments of the columns will be asked for.
public enum MomentsNeed: Hashable, Codable, Sendable {
    case none
    case ofVectors
    case all

    func includes(_ shape: ImageShape) -> Bool { self == .all || self == .ofVectors && shape.isVector }
}

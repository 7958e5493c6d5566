/// How rows fall into the classes of a classifier, and how sure it is of them.
public struct ClassShares: Codable, Hashable, Sendable {
    /// The rows that a class was found for.
    public struct Class: Codable, Hashable, Sendable {
        public let label: Int
        /// Of all rows.
        public let share: Estimate
        /// Of the rows of this class those that the classifier is sure of; absent where there are none.
        public let sure: Estimate?
    }

    public let count: Int
    /// The share of rows whose class has more than `threshold` of the probability.
    public let sure: Estimate
    public let classes: [Class]

    /// The probability beyond which a classifier is sure.
    public static let threshold = 0.9

    /// - Parameter labels: of the classifier's classes.
    package init(of rows: ClassifiedRows, labels: [Int], _ bootstrap: Bootstrap = Bootstrap()) {
        let (found, isSure) = (rows.classes, rows.probabilities.map { ($0.max() ?? 0) > Self.threshold })
        count = rows.count
        sure = bootstrap.share(of: isSure)
        let estimates = bootstrap.estimates(rows: rows.count) { counts in
            var (own, sure) = ([Int](repeating: 0, count: labels.count), [Int](repeating: 0, count: labels.count))
            for row in found.indices {
                own[found[row]] += counts[row]
                if isSure[row] { sure[found[row]] += counts[row] }
            }
            return labels.indices.flatMap { [Double(own[$0]) / Double(rows.count), Double(sure[$0]) / Double(own[$0])] }
        }
        classes = labels.enumerated().map { place, label in
            let sure = estimates[2 * place + 1]
            return Class(label: label, share: estimates[2 * place], sure: sure.value.isNaN ? nil : sure)
        }
    }
}

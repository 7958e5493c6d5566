import Distributed
import Failures
import Numerics

/// Mean and covariance of a set of feature rows.
package struct GaussianMoments: Sendable {
    package let mean: [Double]
    package let covariance: SymmetricMatrix

    package init(mean: [Double], covariance: SymmetricMatrix) {
        (self.mean, self.covariance) = (mean, covariance)
    }

    /// The unbiased moments of at least two rows.
    /// - Parameters:
    ///   - features: rows x order, row by row.
    ///   - counts: how often each row stands in the set; nil: once.
    package init(of features: [Double], order: Int, counts: [Int]? = nil) {
        let rows = features.count / order
        precondition(rows >= 2 && rows * order == features.count, "moments need two rows or more")
        precondition(counts.map { $0.count == rows && $0.reduce(0, +) == rows } ?? true, "a resample has as many rows")
        let weights = counts?.map { Double($0) }
        var sums = [Double](repeating: 0, count: order)
        for index in features.indices { sums[index % order] += (weights?[index / order] ?? 1) * features[index] }
        let mean = sums.map { $0 / Double(rows) }
        let roots = weights?.map { $0.squareRoot() }
        var covariance = SymmetricMatrix(order: order)
        covariance.addSquares(ofRows: features.indices.map { (roots?[$0 / order] ?? 1) * (features[$0] - mean[$0 % order]) })
        covariance.scale(by: 1 / Double(rows - 1))
        self.init(mean: mean, covariance: covariance)
    }
}

/// The Fréchet distance between two Gaussians, squared, as the literature on images reports it:
/// |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½).
///
/// D. Dowson, B. Landau, doi:10.1016/0047-259X(82)90077-X; on features of a network M. Heusel et al., arXiv:1706.08500. Here the features are
/// principal components of the data, or those of a small classifier, so the values cannot be compared with published ones.
package enum FrechetDistance {
    /// - Returns: NaN for moments that are not finite.
    package static func between(_ a: GaussianMoments, _ b: GaussianMoments) -> Double {
        let order = a.mean.count
        precondition(b.mean.count == order, "moments of \(order) and \(b.mean.count) features")
        let shift = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        guard let root = traceOfRoot(a.covariance, b.covariance) else { return .nan }
        return max(0, shift + a.covariance.trace + b.covariance.trace - 2 * root)
    }

    /// Collective. The distance of two sets of features, each rows x order, with an interval over resamples of both. Fewer different rows are further apart:
    /// the interval is moved to where its resamples have the value as their mean.
    package static func estimate(
        of a: [Double], from b: [Double], order: Int, _ bootstrap: Bootstrap = Bootstrap(), communicator: any Communicator
    ) throws(Failure) -> Estimate {
        let value = between(GaussianMoments(of: a, order: order), GaussianMoments(of: b, order: order))
        let sizes = [a.count / order, b.count / order]
        let interval = try bootstrap.interval(of: value, sizes: sizes, method: .centered, communicator) { counts in
            between(GaussianMoments(of: a, order: order, counts: counts[0]), GaussianMoments(of: b, order: order, counts: counts[1]))
        }
        return Estimate(value, interval)
    }

    /// tr (A B)^½ = tr (S B S)^½ with S = A^½: the sum of the roots of the eigenvalues of a symmetric matrix.
    private static func traceOfRoot(_ a: SymmetricMatrix, _ b: SymmetricMatrix) -> Double? {
        let order = a.order
        guard let (values, vectors) = a.greatestEigenpairs(order) else { return nil }
        // In the eigenvectors' coordinates S is diagonal: S B S has the elements √(λᵢ λⱼ) vᵢᵀ B vⱼ.
        let half = Products.multiply(vectors, b.values, rows: order, inner: order, columns: order)
        let turned = Products.multiply(half, vectors, rows: order, inner: order, columns: order, transposed: true)
        let roots = values.map { max(0, $0).squareRoot() }
        var product = SymmetricMatrix(order: order)
        for row in 0..<order {
            for column in row..<order { product[row, column] = roots[row] * roots[column] * turned[row * order + column] }
        }
        return product.greatestEigenpairs(order)?.values.reduce(0) { $0 + max(0, $1).squareRoot() }
    }
}

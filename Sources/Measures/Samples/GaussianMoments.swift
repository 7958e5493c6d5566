import Numerics

/// Mean and covariance of a set of feature rows.
package struct GaussianMoments: Sendable {
    package let mean: [Double]
    package let covariance: SymmetricMatrix

    package init(mean: [Double], covariance: SymmetricMatrix) {
        (self.mean, self.covariance) = (mean, covariance)
    }

    /// The unbiased moments of at least two rows.
    /// - Parameter features: rows x order, row by row.
    package init(of features: [Double], order: Int) {
        let rows = features.count / order
        precondition(rows >= 2 && rows * order == features.count, "moments need two rows or more")
        var sums = [Double](repeating: 0, count: order)
        for index in features.indices { sums[index % order] += features[index] }
        let mean = sums.map { $0 / Double(rows) }
        var covariance = SymmetricMatrix(order: order)
        covariance.addSquares(ofRows: features.indices.map { features[$0] - mean[$0 % order] })
        covariance.scale(by: 1 / Double(rows - 1))
        self.init(mean: mean, covariance: covariance)
    }
}

/// The Fréchet distance between two Gaussians, squared, as the literature on images reports it:
/// |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½).
///
/// D. Dowson, B. Landau, doi:10.1016/0047-259X(82)90077-X; on features of a network M. Heusel et al., arXiv:1706.08500. Here the features are
/// principal components of the data, so the values cannot be compared with published ones.
package enum FrechetDistance {
    /// - Returns: NaN for moments that are not finite.
    package static func between(_ a: GaussianMoments, _ b: GaussianMoments) -> Double {
        let order = a.mean.count
        precondition(b.mean.count == order, "moments of \(order) and \(b.mean.count) features")
        let shift = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        guard let root = traceOfRoot(a.covariance, b.covariance) else { return .nan }
        return max(0, shift + a.covariance.trace + b.covariance.trace - 2 * root)
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

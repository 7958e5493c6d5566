import Failures
import Numerics

/// The first principal components of a set of rows: the features on which the Fréchet distance is taken.
///
/// f(x) = V (x - mean), the rows of V being the unit eigenvectors of the rows' covariance with the greatest eigenvalues. Up to `most` values a row
/// is its own feature: the distance does not depend on a rotation.
package struct PrincipalComponents: Sendable {
    package static let most = 64
    /// Rows that the components are made from: no more are needed to know 64 of them, and eigenvectors take seconds.
    static let rowLimit = 10_000
    /// Above so many values the rows' Gram matrix is decomposed in place of the covariance, with rows fewer than that.
    private static let greatestOrder = 4096
    private static let gramRowLimit = 2048
    private static let rowsPerChunk = 256
    /// Directions in which the rows' variance is a rounding error of the greatest one are no components.
    private static let leastShare = 1e-10
    /// Rows are the same where they vary by less than this share of the mean's square: the error of the mean itself is 1e-32 of it, the
    /// spacing of floats 1e-15.
    private static let leastVariance = 1e-20

    /// The number of values of a row.
    let dimension: Int
    /// dimension
    package let mean: [Double]
    /// components x dimension, row by row; nil where a row is its own feature.
    package let directions: [Double]?

    /// The number of features.
    package var count: Int { directions.map { $0.count / dimension } ?? dimension }

    /// - Parameters:
    ///   - rows: how many there are, at least two.
    ///   - most: components wanted.
    ///   - read: some of the rows, rows x dimension.
    /// - Throws: `.data` when all rows are the same.
    package init(
        rows available: Int, dimension: Int, name: String, most: Int = PrincipalComponents.most, read: (Range<Int>) -> Matrix
    ) throws(Failure) {
        self.dimension = dimension
        guard dimension > most else {
            (mean, directions) = (Array(repeating: 0, count: dimension), nil)
            return
        }
        let rows = min(available, dimension > Self.greatestOrder ? Self.gramRowLimit : Self.rowLimit)
        let mean = Self.mean(rows, dimension, read)
        let found =
            rows < dimension
            ? Self.fromGram(rows, dimension, most, mean, read) : Self.fromCovariance(rows, dimension, most, mean, read)
        guard let found, !found.isEmpty else {
            throw Failure(.data, "\(name): expected rows that differ, found \(rows) that are the same: they have no principal components")
        }
        (self.mean, directions) = (mean, found)
    }

    /// Components that another process found.
    init(dimension: Int, mean: [Double], directions: [Double]?) {
        (self.dimension, self.mean, self.directions) = (dimension, mean, directions)
    }

    /// f(x) of a tile, rows x `count`, row by row.
    package func features(of tile: Matrix) -> [Double] {
        guard let directions else { return tile.values.map { Double($0) } }
        return Products.multiply(
            Self.centred(tile, mean), directions, rows: tile.rows, inner: dimension, columns: count, transposed: true)
    }

    // MARK: decomposition

    private static func chunks(_ rows: Int) -> [Range<Int>] {
        stride(from: 0, to: rows, by: rowsPerChunk).map { $0..<min(rows, $0 + rowsPerChunk) }
    }

    private static func mean(_ rows: Int, _ dimension: Int, _ read: (Range<Int>) -> Matrix) -> [Double] {
        var sums = [Double](repeating: 0, count: dimension)
        for chunk in chunks(rows) {
            for (index, value) in read(chunk).values.enumerated() { sums[index % dimension] += Double(value) }
        }
        return sums.map { $0 / Double(rows) }
    }

    private static func centred(_ tile: Matrix, _ mean: [Double]) -> [Double] {
        let values = tile.values
        return values.indices.map { Double(values[$0]) - mean[$0 % tile.columns] }
    }

    private static func fromCovariance(
        _ rows: Int, _ dimension: Int, _ most: Int, _ mean: [Double], _ read: (Range<Int>) -> Matrix
    ) -> [Double]? {
        var covariance = SymmetricMatrix(order: dimension)
        for chunk in chunks(rows) { covariance.addSquares(ofRows: centred(read(chunk), mean)) }
        guard let (values, vectors) = covariance.greatestEigenpairs(min(most, dimension)) else { return nil }
        return Array(vectors.prefix(kept(values, rows, mean) * dimension))
    }

    /// With X the centred rows, an eigenvector u of X Xᵀ with eigenvalue λ gives the eigenvector Xᵀ u / √λ of Xᵀ X.
    private static func fromGram(
        _ rows: Int, _ dimension: Int, _ most: Int, _ mean: [Double], _ read: (Range<Int>) -> Matrix
    ) -> [Double]? {
        let all = chunks(rows).flatMap { centred(read($0), mean) }
        var gram = SymmetricMatrix(order: rows)
        gram.addSquares(ofColumns: all)
        guard let (values, vectors) = gram.greatestEigenpairs(min(most, rows)) else { return nil }
        let count = kept(values, rows, mean)
        var directions = Products.multiply(Array(vectors.prefix(count * rows)), all, rows: count, inner: rows, columns: dimension)
        for index in directions.indices { directions[index] /= values[index / dimension].squareRoot() }
        return directions
    }

    /// The number of components among the descending eigenvalues of sums of squares over the rows.
    private static func kept(_ values: [Double], _ rows: Int, _ mean: [Double]) -> Int {
        let size = Double(rows) * mean.reduce(0) { $0 + $1 * $1 }
        guard let greatest = values.first, greatest > 0, greatest > leastVariance * size else { return 0 }
        return values.count { $0 > leastShare * greatest }
    }
}

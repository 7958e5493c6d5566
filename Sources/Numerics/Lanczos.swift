/// The largest eigenvalues of symmetric matrices of which only products with vectors are known, one matrix for each row of a tile.
///
/// k steps project a matrix A on the space of v, A v, ..., A^(k-1) v: the largest eigenvalue there is a lower bound of that of A, and is it for as many
/// steps as A has rows. Every vector is made orthogonal to all earlier ones, twice.
///
/// Source: C. Lanczos, doi:10.6028/jres.045.026; B. Parlett, doi:10.1137/1.9781611971163, chapter 13.
public enum Lanczos {
    /// - Parameters:
    ///   - start: v of each matrix, rows x order of the matrices; none is zero.
    ///   - product: overwrites the rows of `result` with the matrices' products with the rows of `vectors`.
    /// - Returns: NaN for a matrix whose products are not finite.
    public static func largestEigenvalues(
        from start: Matrix, steps: Int, product: (_ vectors: Matrix, _ result: Matrix) -> Void
    ) -> [Double] {
        precondition(steps > 0, "\(steps) steps")
        var processes = (0..<start.rows).map { Process(start.rows($0..<$0 + 1)) }
        let vectors = Matrix(rows: start.rows, columns: start.columns)
        let result = Matrix(rows: start.rows, columns: start.columns)
        for _ in 0..<min(steps, start.columns) {
            for (row, process) in processes.enumerated() { vectors.rows(row..<row + 1).copy(from: process.newest) }
            product(vectors, result)
            for row in processes.indices { processes[row].take(result.rows(row..<row + 1)) }
        }
        return processes.map(\.largest)
    }

    /// The process of one matrix.
    private struct Process {
        /// Orthonormal vectors, each 1 x order.
        private var basis: [Matrix]
        /// The projected matrix, which is tridiagonal.
        private var diagonal: [Double] = []
        private var beside: [Double] = []
        /// Until the vectors span a space that the matrix does not leave.
        private var isOpen = true

        /// A new vector shorter than this share of the matrix is made of roundings of floats.
        private static let rounding = 1e-5

        init(_ start: Matrix) { basis = [Self.scaled(start, by: 1 / start.squaredNorm.squareRoot())] }

        var newest: Matrix { basis[basis.count - 1] }

        /// Takes the product with the newest vector, and changes it.
        mutating func take(_ product: Matrix) {
            guard isOpen else { return }
            diagonal.append(newest.dot(product))
            for vector in basis + basis {
                let share = Float(vector.dot(product))
                product.combine(product, vector) { $0 - share * $1 }
            }
            let length = product.squaredNorm.squareRoot()
            let size = (diagonal + beside).reduce(0) { max($0, abs($1)) }
            // Not for NaN either.
            isOpen = length > Self.rounding * size
            guard isOpen else { return }
            beside.append(length)
            basis.append(Self.scaled(product, by: 1 / length))
        }

        var largest: Double {
            var projected = SymmetricMatrix(order: diagonal.count)
            for (index, value) in diagonal.enumerated() { projected[index, index] = value }
            for (index, value) in beside.prefix(diagonal.count - 1).enumerated() { projected[index, index + 1] = value }
            return projected.greatestEigenpairs(1)?.values[0] ?? .nan
        }

        private static func scaled(_ vector: Matrix, by factor: Double) -> Matrix {
            let (copy, factor) = (Matrix(rows: 1, columns: vector.columns), Float(factor))
            copy.combine(vector, vector) { value, _ in factor * value }
            return copy
        }
    }
}

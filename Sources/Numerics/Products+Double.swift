import CBLAS

extension Products {
    /// a b of doubles, row by row. a: rows x inner, b: inner x columns, or columns x inner when it is `transposed`.
    public static func multiply(_ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int, transposed: Bool = false) -> [Double] {
        precondition(a.count == rows * inner && b.count == inner * columns, "shapes of a product do not fit")
        var product = [Double](repeating: 0, count: rows * columns)
        guard !product.isEmpty && inner > 0 else { return product }
        unsafe cblas_dgemm(
            CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
            Int32(inner),
            b, Int32(transposed ? inner : columns), 0, &product, Int32(columns))
        return product
    }
}

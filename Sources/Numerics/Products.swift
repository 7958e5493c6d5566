import CBLAS

/// Matrix products by OpenBLAS, always on the calling thread alone.
///
/// OpenBLAS sums in an order that depends on the shapes and on the CPU type, not on the values or the thread: a tile of fixed
/// shape gives the same bits on every rank. `useOneThreadPerProduct()` must have been called once in the process.
public enum Products {
    /// Keeps OpenBLAS on the calling thread, whatever the environment says.
    public static func useOneThreadPerProduct() { openblas_set_num_threads(1) }

    /// The library's version, and the kernels it chose for this CPU.
    public static var library: String {
        unsafe String(cString: openblas_get_config())
    }

    /// c = alpha a b, or c += alpha a b. a: m x k, b: k x n, c: m x n. The fastest form: no operand is transposed.
    public static func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float = 1, accumulate: Bool = false) {
        precondition(a.columns == b.rows && c.rows == a.rows && c.columns == b.columns, "shapes of a product do not fit")
        guard c.count > 0 else { return }
        unsafe cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(c.rows), Int32(c.columns), Int32(a.columns), alpha, a.base,
            Int32(max(1, a.columns)),
            b.base, Int32(max(1, b.columns)), accumulate ? 1 : 0, c.base, Int32(c.columns))
    }

    /// c = alpha aᵀ b, or c += alpha aᵀ b. a: k x m, b: k x n, c: m x n. Used for parameter gradients.
    public static func multiply(transposing a: Matrix, _ b: Matrix, into c: Matrix, alpha: Float = 1, accumulate: Bool = false) {
        precondition(a.rows == b.rows && c.rows == a.columns && c.columns == b.columns, "shapes of a product do not fit")
        guard c.count > 0 else { return }
        unsafe cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(c.rows), Int32(c.columns), Int32(a.rows), alpha, a.base,
            Int32(max(1, a.columns)),
            b.base, Int32(max(1, b.columns)), accumulate ? 1 : 0, c.base, Int32(c.columns))
    }
}

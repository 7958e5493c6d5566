/// A row-major matrix: a view of `rows` x `columns` contiguous floats in a shared storage.
///
/// Copies of a `Matrix` are views of the same floats, as with numpy: layers, chains and gradients are handed around without
/// copying and without allocation. Two threads may use one storage as long as neither writes rows that the other uses.
/// One row of a tile of images holds height x width x channels floats, channels innermost (`ImageShape`).
@safe public struct Matrix: @unchecked Sendable {
    public let rows: Int
    public let columns: Int
    public let storage: FloatStorage
    @usableFromInline let offset: Int

    /// A zero matrix with a storage of its own.
    public init(rows: Int, columns: Int) {
        self.init(storage: FloatStorage(count: rows * columns), offset: 0, rows: rows, columns: columns)
    }

    /// A view of `rows * columns` floats of a storage, from `offset`.
    @inlinable public init(storage: FloatStorage, offset: Int, rows: Int, columns: Int) {
        precondition(
            rows >= 0 && columns >= 0 && offset >= 0 && offset + rows * columns <= storage.count,
            "a \(rows) x \(columns) view from \(offset) exceeds a storage of \(storage.count) floats")
        self.rows = rows
        self.columns = columns
        self.storage = storage
        self.offset = offset
    }

    /// A matrix with a copy of the given values, row by row.
    public init(rows: Int, columns: Int, _ values: some Collection<Float>) {
        self.init(rows: rows, columns: columns)
        precondition(values.count == count, "\(values.count) values for a \(rows) x \(columns) matrix")
        for (index, value) in values.enumerated() { unsafe base[index] = value }
    }

    @inlinable public var count: Int { rows * columns }

    /// The first float. Valid while the storage lives: keep `self` in scope around every use.
    @inlinable @unsafe public var base: UnsafeMutablePointer<Float> { unsafe storage.base + offset }

    @inlinable public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index outside of the matrix")
            return unsafe base[row * columns + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index outside of the matrix")
            unsafe base[row * columns + column] = newValue
        }
    }

    /// The view of some of the rows.
    @inlinable public func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a matrix of \(rows) rows")
        return Matrix(storage: storage, offset: offset + range.lowerBound * columns, rows: range.count, columns: columns)
    }

    /// The same floats with another number of rows and columns.
    @inlinable public func reshaped(rows: Int, columns: Int) -> Matrix {
        precondition(rows * columns == count, "\(self.rows) x \(self.columns) floats cannot be \(rows) x \(columns)")
        return Matrix(storage: storage, offset: offset, rows: rows, columns: columns)
    }

    /// A view of `rows * columns` floats of this matrix, from the given float on.
    @inlinable public func view(from start: Int, rows: Int, columns: Int) -> Matrix {
        precondition(start >= 0 && start + rows * columns <= count, "the view exceeds the matrix")
        return Matrix(storage: storage, offset: offset + start, rows: rows, columns: columns)
    }

    @inlinable public func fill(_ value: Float) {
        unsafe base.update(repeating: value, count: count)
    }

    /// Copies the values of a matrix with as many floats.
    @inlinable public func copy(from other: Matrix) {
        precondition(other.count == count, "\(other.count) floats for \(count)")
        unsafe base.update(from: other.base, count: count)
    }

    /// The values, row by row.
    public var values: [Float] {
        unsafe Array(UnsafeBufferPointer(start: base, count: count))
    }
}

import Numerics
import Testing

struct MatrixTests {
    @Test func `a new matrix is zero and starts on 64 bytes`() {
        for count in [0, 1, 5, 16, 1000] {
            let matrix = Matrix(rows: count, columns: 3)
            #expect(matrix.values == [Float](repeating: 0, count: count * 3))
            #expect(unsafe UInt(bitPattern: matrix.base) % 64 == 0)
        }
    }

    @Test func `copies and views share the floats`() {
        let matrix = Matrix(rows: 3, columns: 4, (0..<12).map(Float.init))
        let copy = matrix
        copy[1, 2] = 100
        #expect(matrix[1, 2] == 100)
        let middle = matrix.rows(1..<2)
        #expect(middle.values == [4, 5, 100, 7])
        middle[0, 3] = -1
        #expect(matrix[1, 3] == -1)
        #expect(matrix.reshaped(rows: 6, columns: 2)[3, 1] == -1)
        let inner = matrix.view(from: 5, rows: 2, columns: 3)
        #expect(inner.values == [5, 100, -1, 8, 9, 10])
        inner.fill(0)
        #expect(matrix.values == [0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 11])
        #expect(matrix.rows(2..<2).count == 0)
        #expect(matrix.rows(1..<3).rows(1..<2).values == [0, 0, 0, 11])
        #expect(matrix.rows(1..<3).view(from: 6, rows: 1, columns: 2).values == [0, 11])
        #expect(matrix.rows(2..<3).reshaped(rows: 2, columns: 2)[1, 1] == 11)
    }

    @Test func `copying takes the values and leaves the storages apart`() {
        let source = Matrix(rows: 2, columns: 2, [1, 2, 3, 4])
        let target = Matrix(rows: 1, columns: 4)
        target.copy(from: source)
        source.fill(9)
        #expect(target.values == [1, 2, 3, 4])
    }

    @Test func `a storage lives as long as its views`() {
        var view: Matrix?
        do { view = Matrix(rows: 100, columns: 100, (0..<10_000).map(Float.init)).rows(50..<51) }
        #expect(view?[0, 7] == 5007)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
    func `a matrix and an array are finite when no value of theirs is NaN or infinite`(_ broken: Float) {
        let matrix = Matrix(rows: 5, columns: 9, (0..<45).map { Float($0) - .greatestFiniteMagnitude })
        #expect(matrix.isFinite && matrix.values.isFinite && Matrix(rows: 0, columns: 3).isFinite)
        for place in 0..<45 {
            let kept = matrix[place / 9, place % 9]
            matrix[place / 9, place % 9] = broken
            #expect(!matrix.isFinite && !matrix.values.isFinite)
            for row in 0..<5 { #expect(matrix.rows(row..<row + 1).isFinite == (row != place / 9)) }
            matrix[place / 9, place % 9] = kept
        }
    }

    @Test func `everything outside of the bounds is refused`() async {
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 3)[2, 0] }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 3)[0, 3] }
        await #expect(processExitsWith: .failure) { Matrix(rows: 2, columns: 3)[0, -1] = 1 }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 3).rows(1..<3) }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 3).view(from: 1, rows: 2, columns: 3) }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 3).view(from: -1, rows: 1, columns: 3) }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 3).reshaped(rows: 2, columns: 2) }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 2, [1, 2, 3]) }
        await #expect(processExitsWith: .failure) { Matrix(rows: 2, columns: 2).copy(from: Matrix(rows: 1, columns: 3)) }
        await #expect(processExitsWith: .failure) {
            _ = Matrix(storage: FloatStorage(count: 5), offset: 0, rows: 2, columns: 3)
        }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: -1, columns: -1) }
        // Views inside of a larger storage, where the storage's own bounds would let them pass.
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 4, columns: 3).rows(0..<2).rows(1..<3) }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 4, columns: 3).rows(1..<3).view(from: 4, rows: 1, columns: 3) }
        await #expect(processExitsWith: .failure) { _ = Matrix(rows: 4, columns: 3).rows(1..<3).view(from: -1, rows: 1, columns: 3) }
    }
}

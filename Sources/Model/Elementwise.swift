import Numerics

/// Passes over whole matrices, sixteen floats at a time; sums in sixteen lanes, so that their order never depends on the machine.
enum Elementwise {
    /// y = activation(y + bias), a bias per column; the slopes too where a matrix for them is given.
    static func activate(_ y: Matrix, bias: Matrix?, _ activation: Activation?, slopes: Matrix?) {
        activation.withKernel(Activating(y: y, bias: bias, slopes: slopes))
    }

    private struct Activating: KernelUser {
        let y: Matrix
        let bias: Matrix?
        let slopes: Matrix?

        func use<Kernel: ActivationKernel>(_ kernel: Kernel) {
            guard let bias else { return Elementwise.activateFlat(y, kernel, slopes) }
            precondition(bias.count == y.columns && slopes.map { $0.count == y.count } ?? true, "bias or slopes do not fit the output")
            if bias.count < 16 {
                Elementwise.activateNarrow(y, bias, kernel, slopes)
            } else {
                Elementwise.activate(y, bias, kernel, slopes)
            }
        }
    }

    private static func activate<Kernel: ActivationKernel>(_ y: Matrix, _ bias: Matrix, _ kernel: Kernel, _ slopes: Matrix?) {
        let columns = y.columns
        let whole = columns & ~15
        withExtendedLifetime((y.storage, bias.storage, slopes)) {
            let biases = unsafe UnsafePointer(bias.base)
            for row in 0..<y.rows {
                let values = unsafe y.base + row * columns
                let rowSlopes = unsafe slopes.map { unsafe $0.base + row * columns }
                for column in stride(from: 0, to: whole, by: 16) {
                    let x = unsafe Lanes(loading: values + column) + Lanes(loading: biases + column)
                    if let rowSlopes = unsafe rowSlopes {
                        let (value, slope) = kernel.valueAndSlope(x)
                        unsafe value.store(to: values + column)
                        unsafe slope.store(to: rowSlopes + column)
                    } else {
                        unsafe kernel.value(x).store(to: values + column)
                    }
                }
                if whole < columns {
                    let rest = columns - whole
                    let x = unsafe Lanes(loading: values + whole, count: rest) + Lanes(loading: biases + whole, count: rest)
                    let (value, slope) = kernel.valueAndSlope(x)
                    unsafe value.store(to: values + whole, count: rest)
                    if let rowSlopes = unsafe rowSlopes { unsafe slope.store(to: rowSlopes + whole, count: rest) }
                }
            }
        }
    }

    /// For less than sixteen columns: vectors run over the ends of rows, with biases that repeat after as many vectors as there are columns.
    private static func activateNarrow<Kernel: ActivationKernel>(_ y: Matrix, _ bias: Matrix, _ kernel: Kernel, _ slopes: Matrix?) {
        let period = 16 * bias.count
        withExtendedLifetime((y.storage, bias.storage, slopes)) {
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: period) { biases in
                for index in 0..<period { unsafe biases[index] = bias.base[index % bias.count] }
                let repeated = unsafe UnsafePointer(biases.baseAddress!)
                var place = 0
                for start in stride(from: 0, to: y.count, by: 16) {
                    let count = min(16, y.count - start)
                    let values = unsafe y.base + start
                    let x =
                        unsafe (count == 16 ? Lanes(loading: values) : Lanes(loading: values, count: count))
                        + Lanes(loading: repeated + place)
                    let (value, slope) = kernel.valueAndSlope(x)
                    unsafe value.store(to: values, count: count)
                    if let slopes { unsafe slope.store(to: slopes.base + start, count: count) }
                    place = place + 16 == period ? 0 : place + 16
                }
            }
        }
    }

    private static func activateFlat<Kernel: ActivationKernel>(_ y: Matrix, _ kernel: Kernel, _ slopes: Matrix?) {
        precondition(slopes.map { $0.count == y.count } ?? true, "slopes do not fit the output")
        withExtendedLifetime((y.storage, slopes)) {
            let values = unsafe y.base
            let slopes = unsafe slopes?.base
            for start in stride(from: 0, to: y.count, by: 16) {
                let count = min(16, y.count - start)
                let x = unsafe count == 16 ? Lanes(loading: values + start) : Lanes(loading: values + start, count: count)
                let (value, slope) = kernel.valueAndSlope(x)
                if count == 16 {
                    unsafe value.store(to: values + start)
                    if let slopes = unsafe slopes { unsafe slope.store(to: slopes + start) }
                } else {
                    unsafe value.store(to: values + start, count: count)
                    if let slopes = unsafe slopes { unsafe slope.store(to: slopes + start, count: count) }
                }
            }
        }
    }

    /// out = a * b; `out` may be `a` or `b`.
    static func multiply(_ a: Matrix, by b: Matrix, into out: Matrix) {
        precondition(a.count == b.count && out.count == a.count, "elementwise product of \(a.count) and \(b.count) floats")
        combine(a, b, into: out) { $0 * $1 }
    }

    /// out = a + scale * b; `out` may be `a` or `b`.
    static func add(_ a: Matrix, _ b: Matrix, scale: Float, into out: Matrix) {
        precondition(a.count == b.count && out.count == a.count, "elementwise sum of \(a.count) and \(b.count) floats")
        combine(a, b, into: out) { $0 + scale * $1 }
    }

    @inline(__always)
    private static func combine(_ a: Matrix, _ b: Matrix, into out: Matrix, _ function: (Lanes, Lanes) -> Lanes) {
        let count = out.count
        let whole = count & ~15
        withExtendedLifetime((a.storage, b.storage, out.storage)) {
            let (a, b, out) = unsafe (UnsafePointer(a.base), UnsafePointer(b.base), out.base)
            for start in stride(from: 0, to: whole, by: 16) {
                unsafe function(Lanes(loading: a + start), Lanes(loading: b + start)).store(to: out + start)
            }
            if whole < count {
                let rest = count - whole
                unsafe function(Lanes(loading: a + whole, count: rest), Lanes(loading: b + whole, count: rest)).store(
                    to: out + whole, count: rest)
            }
        }
    }

    /// Σ a over `count` floats: sixteen running sums, added in pairs.
    @inline(__always) @unsafe
    static func sum(_ a: UnsafePointer<Float>, count: Int) -> Float {
        var sums = Lanes.zero
        let whole = count & ~15
        for start in stride(from: 0, to: whole, by: 16) { unsafe sums += Lanes(loading: a + start) }
        if whole < count { unsafe sums += Lanes(loading: a + whole, count: count - whole) }
        return sums.sum()
    }

    /// Σ a b over `count` floats: sixteen running sums, added in pairs.
    @inline(__always) @unsafe
    static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        var sums = Lanes.zero
        let whole = count & ~15
        for start in stride(from: 0, to: whole, by: 16) {
            unsafe sums += Lanes(loading: a + start) * Lanes(loading: b + start)
        }
        if whole < count {
            unsafe sums += Lanes(loading: a + whole, count: count - whole) * Lanes(loading: b + whole, count: count - whole)
        }
        return sums.sum()
    }

    /// Adds the sum of every column to `sums` (1 x columns). Partial sums of 128 rows keep the rounding error of a long column small.
    static func addColumnSums(of matrix: Matrix, to sums: Matrix) {
        precondition(sums.count == matrix.columns, "\(sums.count) sums for \(matrix.columns) columns")
        let columns = matrix.columns
        withExtendedLifetime((matrix.storage, sums.storage)) {
            for start in stride(from: 0, to: matrix.rows, by: 128) {
                let rows = start..<min(start + 128, matrix.rows)
                for column in stride(from: 0, to: columns, by: 16) {
                    let count = min(16, columns - column)
                    var partial = Lanes.zero
                    for row in rows {
                        let address = unsafe UnsafePointer(matrix.base) + (row * columns + column)
                        partial += unsafe count == 16 ? Lanes(loading: address) : Lanes(loading: address, count: count)
                    }
                    let target = unsafe sums.base + column
                    if count == 16 {
                        unsafe (Lanes(loading: target) + partial).store(to: target)
                    } else {
                        unsafe (Lanes(loading: target, count: count) + partial).store(to: target, count: count)
                    }
                }
            }
        }
    }

    /// out = aᵀ; a: m x n, out: n x m.
    static func transpose(_ a: Matrix, into out: Matrix) {
        precondition(out.rows == a.columns && out.columns == a.rows, "a transpose needs the transposed shape")
        let (rows, columns) = (a.rows, a.columns)
        withExtendedLifetime((a.storage, out.storage)) {
            let (source, target) = unsafe (UnsafePointer(a.base), out.base)
            // squares of 16 x 16: both sides stay in the first cache
            for top in stride(from: 0, to: rows, by: 16) {
                for left in stride(from: 0, to: columns, by: 16) {
                    for row in top..<min(top + 16, rows) {
                        for column in left..<min(left + 16, columns) {
                            unsafe target[column * rows + row] = source[row * columns + column]
                        }
                    }
                }
            }
        }
    }
}

import Numerics

/// What happens to sixteen finished sums. `at` counts floats from the first result.
protocol TileFinish {
    @unsafe func store(_ sum: Lanes, column: Int, at offset: Int, count: Int)
}

extension TileFinish {
    /// The rows of a tile of sums, `width` floats apart, to their targets. A function of its own: inside of closures the compiler leaves loads and
    /// activations as calls.
    @inline(never) @unsafe
    func storeTile(_ sums: UnsafePointer<Float>, _ width: Int, rows: Int, column: Int, at targets: UnsafePointer<Int>, count: Int) {
        for row in 0..<rows {
            unsafe storeLine(sums + row &* width, column: column, at: targets[row] &+ column, count: count)
        }
    }

    /// Up to 32 sums of a row. Nothing but the arithmetic stands between two vectors: the processor has to overlap their long chains
    /// of operations (a division in SiLU). Both halves in one explicit step were tried and gained nothing more.
    @inline(__always) @unsafe
    func storeLine(_ sums: UnsafePointer<Float>, column: Int, at offset: Int, count: Int) {
        if count == 32 {
            unsafe store(Lanes(loading: sums), column: column, at: offset, count: 16)
            unsafe store(Lanes(loading: sums + 16), column: column &+ 16, at: offset &+ 16, count: 16)
        } else {
            unsafe store(Lanes(loading: sums), column: column, at: offset, count: min(16, count))
            if count > 16 {
                unsafe store(Lanes(loading: sums + 16), column: column &+ 16, at: offset &+ 16, count: count &- 16)
            }
        }
    }
}

@unsafe
struct StoreFinish: TileFinish {
    let out: UnsafeMutablePointer<Float>

    @inline(__always) @unsafe
    func store(_ sum: Lanes, column: Int, at offset: Int, count: Int) {
        if count == 16 { unsafe sum.store(to: out + offset) } else { unsafe sum.store(to: out + offset, count: count) }
    }
}

@unsafe
struct MultiplyFinish: TileFinish {
    let out: UnsafeMutablePointer<Float>
    let factors: UnsafePointer<Float>

    @inline(__always) @unsafe
    func store(_ sum: Lanes, column: Int, at offset: Int, count: Int) {
        if count == 16 {
            unsafe (sum * Lanes(loading: factors + offset)).store(to: out + offset)
        } else {
            unsafe (sum * Lanes(loading: factors + offset, count: count)).store(to: out + offset, count: count)
        }
    }
}

@unsafe
struct ActivateFinish<Kernel: ActivationKernel>: TileFinish {
    let out: UnsafeMutablePointer<Float>
    let biases: UnsafePointer<Float>
    let slopes: UnsafeMutablePointer<Float>?
    let kernel: Kernel

    @inline(__always) @unsafe
    func store(_ sum: Lanes, column: Int, at offset: Int, count: Int) {
        if count == 16 {
            let x = unsafe sum + Lanes(loading: biases + column)
            if let slopes = unsafe slopes {
                let (value, slope) = unsafe kernel.valueAndSlope(x)
                unsafe value.store(to: out + offset)
                unsafe slope.store(to: slopes + offset)
            } else {
                unsafe kernel.value(x).store(to: out + offset)
            }
        } else {
            let (value, slope) = unsafe kernel.valueAndSlope(sum + Lanes(loading: biases + column, count: count))
            unsafe value.store(to: out + offset, count: count)
            if let slopes = unsafe slopes { unsafe slope.store(to: slopes + offset, count: count) }
        }
    }
}

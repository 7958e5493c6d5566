extension Matrix {
    /// Replaces every value by f(a, b) of the values at the same place, sixteen at a time; `self` may be `a` or `b`.
    @inlinable @inline(__always)
    public func combine(_ a: Matrix, _ b: Matrix, _ f: (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>) {
        precondition(a.count == count && b.count == count, "\(a.count) and \(b.count) floats for \(count)")
        withExtendedLifetime((a.storage, b.storage, storage)) {
            let whole = count & ~15
            for start in stride(from: 0, to: whole, by: 16) {
                let (x, y) = unsafe (
                    UnsafeRawPointer(a.base + start).loadUnaligned(as: SIMD16<Float>.self),
                    UnsafeRawPointer(b.base + start).loadUnaligned(as: SIMD16<Float>.self)
                )
                unsafe UnsafeMutableRawPointer(base + start).storeBytes(of: f(x, y), as: SIMD16<Float>.self)
            }
            guard whole < count else { return }
            var (x, y) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
            for index in whole..<count { (x[index - whole], y[index - whole]) = unsafe (a.base[index], b.base[index]) }
            let result = f(x, y)
            for index in whole..<count { unsafe base[index] = result[index - whole] }
        }
    }

    /// Σ of the values, in Double and in order.
    public var sum: Double { reduce { $0 } }

    /// Σ of the squares, in Double and in order.
    public var squaredNorm: Double { reduce { $0 * $0 } }

    /// Σ of the products with the values at the same places, in Double and in order.
    public func dot(_ other: Matrix) -> Double {
        precondition(other.count == count, "\(other.count) floats for \(count)")
        return withExtendedLifetime((storage, other.storage)) {
            var total = 0.0
            for index in 0..<count { unsafe total += Double(base[index]) * Double(other.base[index]) }
            return total
        }
    }

    @inline(__always) private func reduce(_ term: (Double) -> Double) -> Double {
        withExtendedLifetime(storage) {
            var total = 0.0
            for index in 0..<count { unsafe total += term(Double(base[index])) }
            return total
        }
    }
}

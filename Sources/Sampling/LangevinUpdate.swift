import Numerics

/// The element-wise part of a Langevin step: drift, noise and box in one pass over the tile, the noise made on the way.
enum LangevinUpdate {
    /// Random numbers come in groups of 64; a tile starts at a whole group.
    static let groupSize = 64
    static let lanes = 16

    static func groups(of x: Matrix) -> Int { (x.count + groupSize - 1) / groupSize }

    /// x <- clamp(x - a clip(g) + σ ξ).
    /// - Returns: Σ g² over the tile, before clipping, summed in a fixed order.
    static func move(
        _ x: Matrix, gradient: Matrix, stepSize: Float, clip: Float?, noise: Float, stream: RandomStream, firstGroup: Int,
        box: ClosedRange<Float>?
    ) -> Double {
        precondition(x.count == gradient.count, "a gradient for each value")
        let drift = Drift(stepSize: stepSize, clip: clip ?? .infinity)
        let walls = Walls(box)
        var squares = SIMD16<Double>.zero
        for group in 0..<groups(of: x) {
            let normals = noise == 0 ? nil : stream.normals(group: firstGroup + group)
            for part in 0..<4 {
                let start = group * groupSize + part * lanes
                guard start < x.count else { break }
                let g = Lanes.load(gradient, start)
                squares += Lanes.widened(g * g)
                var moved = drift.apply(Lanes.load(x, start), g)
                if let normals { moved = moved.addingProduct(SIMD16(repeating: noise), Lanes.part(normals, part)) }
                Lanes.store(walls.clamp(moved), x, start)
            }
        }
        return squares.sum()
    }

    /// x <- clamp(x + σ ξ).
    static func diffuse(_ x: Matrix, noise: Float, stream: RandomStream, firstGroup: Int, box: ClosedRange<Float>?) {
        let walls = Walls(box)
        for group in 0..<groups(of: x) {
            let normals = stream.normals(group: firstGroup + group)
            for part in 0..<4 {
                let start = group * groupSize + part * lanes
                guard start < x.count else { break }
                let moved = Lanes.load(x, start).addingProduct(SIMD16(repeating: noise), Lanes.part(normals, part))
                Lanes.store(walls.clamp(moved), x, start)
            }
        }
    }
}

/// x - a clip(g).
private struct Drift {
    let stepSize: SIMD16<Float>
    let clip: SIMD16<Float>

    init(stepSize: Float, clip: Float) {
        self.stepSize = SIMD16(repeating: -stepSize)
        self.clip = SIMD16(repeating: clip)
    }

    @inline(__always)
    func apply(_ x: SIMD16<Float>, _ g: SIMD16<Float>) -> SIMD16<Float> {
        var bounded = g.replacing(with: clip, where: g .> clip)
        bounded = bounded.replacing(with: -clip, where: bounded .< -clip)
        return x.addingProduct(stepSize, bounded)
    }
}

/// The box that positions are clamped to; NaN stays NaN, so that a diverged chain is seen.
private struct Walls {
    let low: SIMD16<Float>
    let high: SIMD16<Float>

    init(_ box: ClosedRange<Float>?) {
        low = SIMD16(repeating: box?.lowerBound ?? -.infinity)
        high = SIMD16(repeating: box?.upperBound ?? .infinity)
    }

    @inline(__always)
    func clamp(_ x: SIMD16<Float>) -> SIMD16<Float> {
        let above = x.replacing(with: low, where: x .< low)
        return above.replacing(with: high, where: above .> high)
    }
}

/// Sixteen values at a time from and to a matrix whose count need not be a multiple of sixteen.
enum Lanes {
    @inline(__always)
    static func load(_ matrix: Matrix, _ start: Int) -> SIMD16<Float> {
        let left = matrix.count - start
        if left >= 16 { return unsafe UnsafeRawPointer(matrix.base + start).loadUnaligned(as: SIMD16<Float>.self) }
        var value = SIMD16<Float>.zero
        for lane in 0..<left { unsafe value[lane] = matrix.base[start + lane] }
        return value
    }

    @inline(__always)
    static func store(_ value: SIMD16<Float>, _ matrix: Matrix, _ start: Int) {
        let left = matrix.count - start
        if left >= 16 {
            unsafe UnsafeMutableRawPointer(matrix.base + start).storeBytes(of: value, as: SIMD16<Float>.self)
        } else {
            for lane in 0..<left { unsafe matrix.base[start + lane] = value[lane] }
        }
    }

    @inline(__always)
    static func part(
        _ group: (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>), _ part: Int
    ) -> SIMD16<Float> {
        switch part {
        case 0: group.0
        case 1: group.1
        case 2: group.2
        default: group.3
        }
    }

    @inline(__always)
    static func widened(_ x: SIMD16<Float>) -> SIMD16<Double> {
        var wide = SIMD16<Double>.zero
        for lane in 0..<16 { wide[lane] = Double(x[lane]) }
        return wide
    }
}

import Numerics

/// The element-wise part of a Langevin step: drift, noise and box in one pass over the tile, the noise made on the way.
enum LangevinUpdate {
    /// Random numbers come in groups of 64; a tile starts at a whole group.
    static let groupSize = 64
    /// Groups whose squares are summed in Float before they go into a Double: 32 terms a lane.
    private static let groupsOfBlock = 8

    static func groups(of x: Matrix) -> Int { groups(values: x.count) }

    /// The steps that the normal numbers of one stream suffice for, when a step takes one for each value.
    static func stepLimit(values: Int) -> Int { RandomStream.drawLimit / groupSize / groups(values: max(1, values)) }

    private static func groups(values: Int) -> Int { (values + groupSize - 1) / groupSize }

    /// x <- clamp(x - a clip(g) + σ ξ).
    /// - Returns: Σ g² over the tile, before clipping, summed in a fixed order.
    static func move(
        _ x: Matrix, gradient: Matrix, stepSize: Float, clip: Float?, noise: Float, stream: RandomStream, firstGroup: Int,
        box: ClosedRange<Float>?
    ) -> Double {
        precondition(x.count == gradient.count, "a gradient for each value")
        let drift = Drift(stepSize: stepSize, clip: clip ?? .infinity)
        let walls = Walls(box)
        let deviation = Lanes(repeating: noise)
        var total = 0.0
        withExtendedLifetime((x.storage, gradient.storage)) {
            for block in stride(from: 0, to: groups(of: x), by: groupsOfBlock) {
                var squares = Lanes.zero
                for group in block..<min(block + groupsOfBlock, groups(of: x)) {
                    let normals = noise == 0 ? (.zero, .zero, .zero, .zero) : stream.normals(group: firstGroup + group)
                    unsafe forEachPart(of: group, x, gradient, normals) { x, g, normal in
                        squares += g * g
                        return walls.clamp(drift.apply(x, g).addingProduct(deviation, normal))
                    }
                }
                for lane in 0..<16 { total += Double(squares[lane]) }
            }
        }
        return total
    }

    /// x <- clamp(x + σ ξ).
    static func diffuse(_ x: Matrix, noise: Float, stream: RandomStream, firstGroup: Int, box: ClosedRange<Float>?) {
        let walls = Walls(box)
        let deviation = Lanes(repeating: noise)
        withExtendedLifetime(x.storage) {
            for group in 0..<groups(of: x) {
                let normals = stream.normals(group: firstGroup + group)
                unsafe forEachPart(of: group, x, x, normals) { x, _, normal in walls.clamp(x.addingProduct(deviation, normal)) }
            }
        }
    }

    /// Replaces x by `body(x, y, normal)`, sixteen values at a time; the last group may be needed only in part and goes through a buffer.
    @inline(__always) @unsafe
    private static func forEachPart(
        of group: Int, _ x: Matrix, _ y: Matrix, _ normals: (Lanes, Lanes, Lanes, Lanes), _ body: (Lanes, Lanes, Lanes) -> Lanes
    ) {
        let start = group * groupSize
        let left = x.count - start
        let (x, y) = unsafe (UnsafeMutableRawPointer(x.base + start), UnsafeRawPointer(y.base + start))
        if left >= groupSize {
            return unsafe replaceGroup(x, y, normals, body)
        }
        unsafe withUnsafeTemporaryAllocation(byteCount: 8 * groupSize, alignment: 64) { buffer in
            let (rest, other) = unsafe (buffer.baseAddress!, buffer.baseAddress! + 4 * groupSize)
            unsafe rest.initializeMemory(as: UInt8.self, repeating: 0, count: 8 * groupSize)
            unsafe rest.copyMemory(from: x, byteCount: 4 * left)
            unsafe other.copyMemory(from: y, byteCount: 4 * left)
            unsafe replaceGroup(rest, UnsafeRawPointer(other), normals, body)
            unsafe x.copyMemory(from: rest, byteCount: 4 * left)
        }
    }

    @inline(__always) @unsafe
    private static func replaceGroup(
        _ x: UnsafeMutableRawPointer, _ y: UnsafeRawPointer, _ normals: (Lanes, Lanes, Lanes, Lanes), _ body: (Lanes, Lanes, Lanes) -> Lanes
    ) {
        unsafe replace(x, y, normals.0, body)
        unsafe replace(x + 64, y + 64, normals.1, body)
        unsafe replace(x + 128, y + 128, normals.2, body)
        unsafe replace(x + 192, y + 192, normals.3, body)
    }

    @inline(__always) @unsafe
    private static func replace(
        _ x: UnsafeMutableRawPointer, _ y: UnsafeRawPointer, _ normal: Lanes, _ body: (Lanes, Lanes, Lanes) -> Lanes
    ) {
        let moved = unsafe body(x.loadUnaligned(as: Lanes.self), y.loadUnaligned(as: Lanes.self), normal)
        unsafe x.storeBytes(of: moved, as: Lanes.self)
    }
}

private typealias Lanes = SIMD16<Float>

/// x - a clip(g).
private struct Drift {
    let stepSize: Lanes
    let clip: Lanes

    init(stepSize: Float, clip: Float) {
        self.stepSize = Lanes(repeating: -stepSize)
        self.clip = Lanes(repeating: clip)
    }

    @inline(__always)
    func apply(_ x: Lanes, _ g: Lanes) -> Lanes {
        var bounded = g.replacing(with: clip, where: g .> clip)
        bounded = bounded.replacing(with: -clip, where: bounded .< -clip)
        return x.addingProduct(stepSize, bounded)
    }
}

/// The box that positions are clamped to; NaN stays NaN, so that a diverged chain is seen.
private struct Walls {
    let low: Lanes
    let high: Lanes

    init(_ box: ClosedRange<Float>?) {
        low = Lanes(repeating: box?.lowerBound ?? -.infinity)
        high = Lanes(repeating: box?.upperBound ?? .infinity)
    }

    @inline(__always)
    func clamp(_ x: Lanes) -> Lanes {
        let above = x.replacing(with: low, where: x .< low)
        return above.replacing(with: high, where: above .> high)
    }
}

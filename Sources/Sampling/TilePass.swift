import Numerics

/// Sixteen values of a tile.
typealias Lanes = SIMD16<Float>

/// Passes over tiles of one size, sixteen values at a time, with a normal number for each value where a pass asks for them.
enum TilePass {
    typealias Normals = (Lanes, Lanes, Lanes, Lanes)

    /// Random numbers come in groups of 64; a tile starts at a whole group.
    static let groupSize = 64

    static func groups(of x: Matrix) -> Int { groups(values: x.count) }

    static func groups(values: Int) -> Int { (values + groupSize - 1) / groupSize }

    /// The steps that the normal numbers of one stream suffice for, when a step takes one for each value.
    static func stepLimit(values: Int) -> Int { RandomStream.drawLimit / groupSize / groups(values: max(1, values)) }

    /// x <- body(x, y, z).
    @inline(__always)
    static func map(_ x: Matrix, _ y: Matrix, _ z: Matrix, _ body: (Lanes, Lanes, Lanes) -> Lanes) {
        pass(x, y, z, normals: { _ in (.zero, .zero, .zero, .zero) }) { x, y, z, _ in body(x, y, z) }
    }

    /// x <- body(x, y).
    @inline(__always)
    static func map(_ x: Matrix, _ y: Matrix, _ body: (Lanes, Lanes) -> Lanes) {
        pass(x, y, y, normals: { _ in (.zero, .zero, .zero, .zero) }) { x, y, _, _ in body(x, y) }
    }

    /// x <- body(x, y, z, ξ), ξ ~ N(0, 1) from the groups of a stream that begin at `firstGroup`.
    @inline(__always)
    static func diffuse(
        _ x: Matrix, _ y: Matrix, _ z: Matrix, stream: RandomStream, firstGroup: Int, _ body: (Lanes, Lanes, Lanes, Lanes) -> Lanes
    ) {
        pass(x, y, z, normals: { stream.normals(group: firstGroup + $0) }, body)
    }

    @inline(__always)
    private static func pass(
        _ x: Matrix, _ y: Matrix, _ z: Matrix, normals: (Int) -> Normals, _ body: (Lanes, Lanes, Lanes, Lanes) -> Lanes
    ) {
        precondition(x.count == y.count && x.count == z.count, "a pass takes tiles of one size")
        withExtendedLifetime((x.storage, y.storage, z.storage)) {
            for group in 0..<groups(of: x) { unsafe replace(group: group, x, y, z, normals(group), body) }
        }
    }

    /// Replaces 64 values of x; the last group may be needed only in part and goes through a buffer.
    @inline(__always) @unsafe
    static func replace(
        group: Int, _ x: Matrix, _ y: Matrix, _ z: Matrix, _ normals: Normals, _ body: (Lanes, Lanes, Lanes, Lanes) -> Lanes
    ) {
        let start = group * groupSize
        let left = x.count - start
        let target = unsafe UnsafeMutableRawPointer(x.base + start)
        let (second, third) = unsafe (UnsafeRawPointer(y.base + start), UnsafeRawPointer(z.base + start))
        if left >= groupSize {
            return unsafe replaceGroup(target, second, third, normals, body)
        }
        precondition(groupSize == 64, "four vectors each of x, y and z")
        var vectors = InlineArray<12, Lanes>(repeating: .zero)
        unsafe vectors.withFloats { floats in
            let rest = UnsafeMutableRawPointer(floats)
            let (restOfY, restOfZ) = unsafe (rest + 4 * groupSize, rest + 8 * groupSize)
            unsafe rest.copyMemory(from: target, byteCount: 4 * left)
            unsafe restOfY.copyMemory(from: second, byteCount: 4 * left)
            unsafe restOfZ.copyMemory(from: third, byteCount: 4 * left)
            unsafe replaceGroup(rest, UnsafeRawPointer(restOfY), UnsafeRawPointer(restOfZ), normals, body)
            unsafe target.copyMemory(from: rest, byteCount: 4 * left)
        }
    }

    @inline(__always) @unsafe
    private static func replaceGroup(
        _ x: UnsafeMutableRawPointer, _ y: UnsafeRawPointer, _ z: UnsafeRawPointer, _ normals: Normals,
        _ body: (Lanes, Lanes, Lanes, Lanes) -> Lanes
    ) {
        unsafe replace(x, y, z, normals.0, body)
        unsafe replace(x + 64, y + 64, z + 64, normals.1, body)
        unsafe replace(x + 128, y + 128, z + 128, normals.2, body)
        unsafe replace(x + 192, y + 192, z + 192, normals.3, body)
    }

    @inline(__always) @unsafe
    private static func replace(
        _ x: UnsafeMutableRawPointer, _ y: UnsafeRawPointer, _ z: UnsafeRawPointer, _ normal: Lanes,
        _ body: (Lanes, Lanes, Lanes, Lanes) -> Lanes
    ) {
        let replaced = unsafe body(
            x.loadUnaligned(as: Lanes.self), y.loadUnaligned(as: Lanes.self), z.loadUnaligned(as: Lanes.self), normal)
        unsafe x.storeBytes(of: replaced, as: Lanes.self)
    }
}

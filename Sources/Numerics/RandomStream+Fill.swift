extension RandomStream {
    /// Fills a matrix, row by row, with the uniform numbers of draws `draw`, `draw + 1`, ...: the same as single access.
    public func fillUniforms(_ out: Matrix, from draw: Int = 0) {
        fill(out, from: draw) { uniforms(group: $0) }
    }

    /// Fills a matrix, row by row, with the normal numbers of draws `draw`, `draw + 1`, ...: the same as single access.
    ///
    /// Fastest when `draw` is a multiple of 64.
    public func fillNormals(_ out: Matrix, from draw: Int = 0) {
        fill(out, from: draw) { normals(group: $0) }
    }

    /// Fills a matrix, row by row, with -1 and 1, equally likely, one draw each.
    public func fillSigns(_ out: Matrix, from draw: Int = 0) {
        fillUniforms(out, from: draw)
        let half = SIMD16<Float>(repeating: 0.5)
        out.combine(out, out) { uniform, _ in SIMD16<Float>(repeating: 1).replacing(with: -1, where: uniform .< half) }
    }

    /// The draws that so many numbers take when they start at a whole group, as those of the next fill should.
    public static func draws(for count: Int) -> Int { (count + 63) / 64 * 64 }

    /// Whole groups are stored directly; the first and the last may be needed only in part and go through a buffer.
    @inline(__always) private func fill(
        _ out: Matrix, from start: Int, _ numbers: (Int) -> (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>)
    ) {
        precondition(start >= 0 && out.count <= Self.drawLimit - start, "draws of a random stream lie in 0..<2^33")
        var target = unsafe UnsafeMutableRawPointer(out.base)
        var draw = start
        let end = start + out.count
        while draw < end {
            var group = numbers(draw / 64)
            let skip = draw % 64
            let length = min(64 - skip, end - draw)
            if length == 64 {
                unsafe target.storeBytes(of: group, as: type(of: group))
            } else {
                unsafe withUnsafeBytes(of: &group) { unsafe target.copyMemory(from: $0.baseAddress! + skip * 4, byteCount: length * 4) }
            }
            unsafe target += length * 4
            draw += length
        }
    }
}

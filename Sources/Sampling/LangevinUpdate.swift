import Numerics

/// The element-wise part of a Langevin step: drift, noise and box in one pass over the tile, the noise made on the way.
enum LangevinUpdate {
    /// Groups whose squares are summed in Float before they go into a Double: 32 terms a lane.
    private static let groupsOfBlock = 8

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
        let groups = TilePass.groups(of: x)
        var total = 0.0
        withExtendedLifetime((x.storage, gradient.storage)) {
            for block in stride(from: 0, to: groups, by: groupsOfBlock) {
                var squares = Lanes.zero
                for group in block..<min(block + groupsOfBlock, groups) {
                    let normals = noise == 0 ? (.zero, .zero, .zero, .zero) : stream.normals(group: firstGroup + group)
                    unsafe TilePass.replace(group: group, x, gradient, gradient, normals) { x, g, _, normal in
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
        TilePass.diffuse(x, x, x, stream: stream, firstGroup: firstGroup) { x, _, _, normal in
            walls.clamp(x.addingProduct(deviation, normal))
        }
    }
}

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

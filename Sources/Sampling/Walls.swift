import Numerics

/// The box that chains are kept in; NaN stays NaN, so that a diverged chain is seen.
struct Walls {
    private let low: Lanes
    private let high: Lanes
    private let box: ClosedRange<Float>?

    init(_ box: ClosedRange<Float>?) {
        self.box = box
        low = Lanes(repeating: box?.lowerBound ?? -.infinity)
        high = Lanes(repeating: box?.upperBound ?? .infinity)
    }

    @inline(__always)
    func clamp(_ x: Lanes) -> Lanes {
        let above = x.replacing(with: low, where: x .< low)
        return above.replacing(with: high, where: above .> high)
    }

    /// Moves what lies outside to the wall.
    func clamp(_ tile: Matrix) {
        guard box != nil else { return }
        TilePass.map(tile, tile) { x, _ in clamp(x) }
    }

    /// Whether no value of a row lies outside.
    func hold(_ tile: Matrix, row: Int) -> Bool {
        guard let box else { return true }
        var outside = 0
        for place in row * tile.columns..<(row + 1) * tile.columns {
            let value = unsafe tile.base[place]
            outside += value < box.lowerBound || value > box.upperBound ? 1 : 0
        }
        return outside == 0
    }
}

import Numerics

/// γ = th / max(th, |∇E|), the factor by which STANLEY shortens a step where the energy is steep.
///
/// Source: B. Karimi, J. Xie, P. Li, arXiv:2310.12667.
public struct DriftScale: Sendable, Hashable {
    /// What |∇E| is taken of.
    public enum Granularity: String, CaseIterable, Codable, Sendable {
        /// Each value.
        case element
        /// The channels of each pixel, which stand next to each other.
        case channels
        /// The whole sample.
        case sample
    }

    /// th
    public var threshold: Float
    public var granularity: Granularity
    /// Of a pixel, for `channels`.
    public var channels: Int

    public init(threshold: Float, granularity: Granularity = .element, channels: Int = 1) {
        self.threshold = threshold
        self.granularity = granularity
        self.channels = channels
    }

    /// Writes the factor of every value.
    func fill(_ factors: Matrix, gradient: Matrix) {
        switch granularity {
        case .element:
            let one = Lanes(repeating: 1)
            let threshold = Lanes(repeating: threshold)
            TilePass.map(factors, gradient) { _, g in
                let size = g.replacing(with: -g, where: g .< 0)
                return one.replacing(with: threshold / size, where: .!(size .<= threshold))
            }
        case .channels: fill(factors, gradient)
        case .sample:
            for row in 0..<gradient.rows {
                factors.rows(row..<row + 1).fill(factor(RowSums.squares(gradient, row: row)))
            }
        }
    }

    private func fill(_ factors: Matrix, _ gradient: Matrix) {
        precondition(gradient.columns.isMultiple(of: channels), "\(gradient.columns) values are not pixels of \(channels) channels")
        for first in stride(from: 0, to: gradient.count, by: channels) {
            var squares = 0.0
            for place in first..<first + channels {
                let value = unsafe Double(gradient.base[place])
                squares += value * value
            }
            let factor = factor(squares)
            for place in first..<first + channels { unsafe factors.base[place] = factor }
        }
    }

    /// - Parameter squares: |∇E|².
    private func factor(_ squares: Double) -> Float {
        let size = Float(squares.squareRoot())
        return size <= threshold ? 1 : threshold / size
    }
}

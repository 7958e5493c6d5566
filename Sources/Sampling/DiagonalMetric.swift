import Numerics

/// The lengths by which the values of a state are measured in Hamiltonian dynamics: momenta p ~ N(0, diag(1/s²)), kinetic energy Σ s² p²/2.
///
/// Kernels keep the momenta q = s p, which are N(0, I), and move x by s q: with s = 1 they are those without a metric. The masses 1/s² are best where s is the
/// standard deviation of each value (R. Neal, arXiv:1206.1901, section 4.1).
public struct DiagonalMetric: Sendable, Hashable {
    /// s of each value; empty: 1 for all.
    public let scales: [Float]

    public init(scales: [Float]) {
        precondition(scales.allSatisfy { $0 > 0 && $0.isFinite }, "lengths are positive")
        self.scales = scales
    }

    /// s = 1: what a kernel has before its metric is adapted.
    public static let unit = DiagonalMetric(scales: [])

    /// The largest length over the smallest.
    public var spread: Double { Double(scales.max() ?? 1) / Double(scales.min() ?? 1) }

    /// Writes the lengths into every row.
    func fill(_ tile: Matrix) {
        guard !scales.isEmpty else { return tile.fill(1) }
        precondition(scales.count == tile.columns, "a metric of \(scales.count) values for states of \(tile.columns)")
        let row = Matrix(rows: 1, columns: scales.count, scales)
        for index in 0..<tile.rows { tile.rows(index..<index + 1).copy(from: row) }
    }
}

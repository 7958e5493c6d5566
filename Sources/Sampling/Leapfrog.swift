import Numerics

/// The two parts of a leapfrog step of H = E(x)/T + |q|²/2, q the momenta in a metric's units: reversible up to rounding when the momenta are flipped, and of
/// determinant 1.
struct Leapfrog {
    /// ε
    let stepSize: Float
    /// T
    let temperature: Float
    /// s of each value, as large as the tiles that are moved; nil: 1.
    let scales: Matrix?

    /// H - H at the start from which on a trajectory is said to diverge: that of Stan.
    static let largestEnergyError = 1000.0

    /// Of some of the rows.
    func rows(_ range: Range<Int>) -> Leapfrog {
        Leapfrog(stepSize: stepSize, temperature: temperature, scales: scales?.rows(range))
    }

    /// q <- q - share ε s ∇E/T
    func kick(_ momenta: Matrix, _ gradient: Matrix, by share: Float) { push(momenta, gradient, by: -(share * (stepSize / temperature))) }

    /// x <- x + share ε s q
    func drift(_ x: Matrix, _ momenta: Matrix, by share: Float) { push(x, momenta, by: share * stepSize) }

    /// x <- x + factor s y
    private func push(_ x: Matrix, _ y: Matrix, by factor: Float) {
        let factor = Lanes(repeating: factor)
        guard let scales else { return TilePass.map(x, y) { x, y in x.addingProduct(factor, y) } }
        TilePass.map(x, y, scales) { x, y, scale in x.addingProduct(factor * scale, y) }
    }
}

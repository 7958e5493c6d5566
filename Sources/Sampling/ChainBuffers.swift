import Numerics

/// The buffers of a tile of chains: positions, energies and gradients, made once and used in every step.
public struct ChainBuffers: Sendable {
    /// rows x dimension
    public let positions: Matrix
    /// rows x 1
    public let energies: Matrix
    /// rows x dimension
    public let gradient: Matrix
    /// Further tiles, rows x dimension, as many as the kernel asks for; nothing in them lasts from one run to the next.
    public let scratch: [Matrix]
    /// rows x dimension, 1 where a chain keeps a value as it is and 0 elsewhere; nil: all values move. Kernels of sites heed it, and `SitesAndNumbers` for
    /// numbers; of a site that stays all coordinates do.
    public let held: Matrix?

    /// - Parameter scratch: `TransitionKernel.scratchTiles`.
    public init(chains: Int, dimension: Int, scratch: Int = 0, held: Matrix? = nil) {
        self.init(
            positions: Matrix(rows: chains, columns: dimension), energies: Matrix(rows: chains, columns: 1),
            gradient: Matrix(rows: chains, columns: dimension),
            scratch: (0..<scratch).map { _ in Matrix(rows: chains, columns: dimension) }, held: held)
    }

    init(positions: Matrix, energies: Matrix, gradient: Matrix, scratch: [Matrix], held: Matrix?) {
        precondition(held.map { $0.rows == positions.rows && $0.columns == positions.columns } ?? true, "a mark for each value")
        (self.positions, self.energies, self.gradient) = (positions, energies, gradient)
        (self.scratch, self.held) = (scratch, held)
    }
}

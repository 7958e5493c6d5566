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

    /// - Parameter scratch: `TransitionKernel.scratchTiles`.
    public init(chains: Int, dimension: Int, scratch: Int = 0) {
        positions = Matrix(rows: chains, columns: dimension)
        energies = Matrix(rows: chains, columns: 1)
        gradient = Matrix(rows: chains, columns: dimension)
        self.scratch = (0..<scratch).map { _ in Matrix(rows: chains, columns: dimension) }
    }
}

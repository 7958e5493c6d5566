import Numerics

/// The accept step of Metropolis and Hastings for a tile of chains, each decided by itself.
///
/// A move whose log ratio is NaN or infinite is rejected and counted: the proposal, or where the chain stands, is not finite. So a broken chain
/// is left alone. Outside the box the target is zero: such a proposal is an ordinary rejection.
///
/// Source: W. Hastings, doi:10.1093/biomet/57.1.97.
package struct Metropolis {
    /// Where chains would go, with energy and gradient there.
    package struct Proposal {
        package let positions: Matrix
        package let gradient: Matrix
        /// rows x 1
        package let energies: Matrix

        /// - Parameter tiles: three of the scratch.
        package init(_ tiles: ArraySlice<Matrix>) {
            let first = tiles.startIndex
            positions = tiles[first]
            gradient = tiles[first + 1]
            energies = tiles[first + 2].view(from: 0, rows: positions.rows, columns: 1)
        }

        package static let tiles = 3

        package func evaluate(in potential: some Potential) {
            potential.evaluate(positions, energies: energies, gradient: gradient)
        }
    }

    let walls: Walls

    package init(box: ClosedRange<Float>?) { walls = Walls(box) }

    /// The steps that the decisions of one stream suffice for: a number for each chain, of which there are at most as many as values, and one more.
    static func stepLimit(values: Int) -> Int { RandomStream.drawLimit / (values + 1) }

    /// The first decision of a step; the last of its numbers is free for a choice that all chains share.
    static func firstDraw(of index: Int, rows: Int) -> Int { index * (rows + 1) }

    /// Brings chains into the box, where the target is not zero, and evaluates them.
    func start(_ buffers: ChainBuffers, in potential: some Potential) {
        walls.clamp(buffers.positions)
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
    }

    /// Accepts each proposal with probability min(1, exp(logRatio)); an accepted one replaces position, energy and gradient.
    /// - Parameter first: the draw of the first chain's decision; those of the others follow.
    package func decide(
        _ proposal: Proposal, _ buffers: ChainBuffers, decisions: RandomStream, from first: Int, squaredGradient: Double,
        logRatio: (Int) -> Double
    ) -> AcceptInfo {
        var (accepted, invalid) = (0, 0)
        for row in 0..<buffers.positions.rows {
            let ratio = logRatio(row)
            guard ratio.isFinite else {
                invalid += 1
                continue
            }
            let logUniform = Double(VectorMath.log(decisions.uniform(at: first + row)))
            guard logUniform < ratio, walls.hold(proposal.positions, row: row) else { continue }
            accepted += 1
            let range = row..<row + 1
            buffers.positions.rows(range).copy(from: proposal.positions.rows(range))
            buffers.gradient.rows(range).copy(from: proposal.gradient.rows(range))
            buffers.energies[row, 0] = proposal.energies[row, 0]
        }
        return AcceptInfo(squaredGradient: squaredGradient, accepted: accepted, invalid: invalid)
    }
}

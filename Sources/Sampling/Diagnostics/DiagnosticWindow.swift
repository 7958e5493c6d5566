import Numerics

/// Chains that run on with frozen parameters while numbers of their states are recorded: what diagnostics are computed from.
///
/// A draw is the state after `thin` steps of the kernel, run as a training step runs them: from a new `initialState`, with new random numbers.
/// Diagnostics never look at chains while the parameters move: those follow no law that they could be compared with.
public struct DiagnosticWindow: Sendable {
    public let draws: Int
    /// Steps between two draws.
    public let thin: Int
    public let functionals: ChainFunctionals
    /// Of the kernel that runs the chains: whether it moves them or rejects where they would go, and whether its steps may diverge.
    public let (countsMoves, countsDivergences): (Bool, Bool)

    /// What a window of one tile of chains found.
    public struct Record: Sendable {
        /// The functionals, then `displacement`, |x - x'| from the draw before, then `acceptance`, accepted moves divided by steps, 1 where the kernel
        /// always moves, then, of a kernel with trajectories, how many of them diverged: number n of draw t of chain c at (c draws + t) width + n.
        public let values: [Double]
    }

    public init(draws: Int, thin: Int, functionals: ChainFunctionals, kernel: any TransitionKernel) {
        precondition(draws >= 1 && thin >= 1, "a window of \(draws) draws, \(thin) steps apart")
        self.draws = draws
        self.thin = thin
        self.functionals = functionals
        (countsMoves, countsDivergences) = (kernel.countsMoves, kernel.hasTrajectories)
    }

    /// Numbers recorded of a draw.
    public static func width(_ functionals: ChainFunctionals, countsDivergences: Bool) -> Int {
        functionals.count + (countsDivergences ? 3 : 2)
    }

    /// Runs `thin` steps of the chains, and calls its second argument as `TransitionKernel.run` calls `onState`.
    public typealias Advance = (_ draw: Int, _ onState: (_ done: Int) -> Void) -> RunInfo

    /// Records the chains that stand at `buffers.positions`, and leaves them where they end.
    /// - Parameter advance: brings them to their next draw, with random numbers of its own.
    public func record(_ buffers: ChainBuffers, in potential: some Potential, advance: Advance) -> Record {
        let (x, chains) = (buffers.positions, buffers.positions.rows)
        let (energies, gradient) = (Matrix(rows: chains, columns: 1), Matrix(rows: chains, columns: x.columns))
        let (origin, before) = (Matrix(rows: chains, columns: x.columns), Matrix(rows: chains, columns: x.columns))
        let width = Self.width(functionals, countsDivergences: countsDivergences)
        var values = [Double](repeating: 0, count: chains * draws * width)
        for draw in 0..<draws {
            origin.copy(from: x)
            // With an accept step, a rejected chain stands still.
            var moves = [Int](repeating: countsMoves ? 0 : thin, count: chains)
            let info = advance(draw) { done in
                guard countsMoves else { return }
                if done > 0 { count(&moves, from: before, to: x) }
                before.copy(from: x)
            }
            // Kernels leave the energies of different places behind; those of the draw take a pass of their own.
            potential.evaluate(x, energies: energies, gradient: gradient)
            for chain in 0..<chains {
                let (state, start) = (x.rows(chain..<chain + 1), origin.rows(chain..<chain + 1))
                let numbers =
                    functionals.values(of: state, energy: energies[chain, 0])
                    + [Self.distance(state, start), Double(moves[chain]) / Double(thin)]
                let place = (chain * draws + draw) * width
                values.replaceSubrange(place..<place + numbers.count, with: numbers)
            }
            for chain in info.diverged { values[(chain * draws + draw) * width + width - 1] += 1 }
        }
        return Record(values: values)
    }

    /// Counts the chains that have moved.
    private func count(_ moves: inout [Int], from before: Matrix, to x: Matrix) {
        for row in 0..<x.rows where Self.distance(x.rows(row..<row + 1), before.rows(row..<row + 1)) != 0 { moves[row] += 1 }
    }

    private static func distance(_ x: Matrix, _ y: Matrix) -> Double {
        var squares = 0.0
        for index in 0..<x.count {
            let difference = unsafe Double(x.base[index] - y.base[index])
            squares += difference * difference
        }
        return squares.squareRoot()
    }
}

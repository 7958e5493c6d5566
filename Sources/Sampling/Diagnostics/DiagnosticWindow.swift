import Numerics

/// Chains that run on with frozen parameters while numbers of their states are recorded: what diagnostics are computed from.
///
/// A draw is the state after `thin` steps of the kernel, run as a training step runs them: from a new `initialState`, with new random numbers.
/// Diagnostics never look at chains while the parameters move: those follow no law that they could be compared with.
public struct DiagnosticWindow<Kernel: TransitionKernel>: Sendable {
    public let kernel: Kernel
    public let draws: Int
    /// Steps between two draws.
    public let thin: Int
    public let functionals: ChainFunctionals

    /// What a window of one tile of chains found.
    public struct Record: Sendable {
        /// The functionals, then `displacement`, |x - x'| from the draw before, then `acceptance`, accepted moves divided by steps, 1 where the kernel
        /// always moves: number n of draw t of chain c at (c draws + t) width + n.
        public let values: [Double]
    }

    public init(_ kernel: Kernel, draws: Int, thin: Int, functionals: ChainFunctionals) {
        precondition(draws >= 1 && thin >= 1, "a window of \(draws) draws, \(thin) steps apart")
        self.kernel = kernel
        self.draws = draws
        self.thin = thin
        self.functionals = functionals
    }

    /// Numbers recorded of a draw.
    public static func width(_ functionals: ChainFunctionals) -> Int { functionals.count + 2 }

    /// Runs the chains that stand at `buffers.positions`, and leaves them where they end.
    /// - Parameter noise: the random numbers of a draw.
    public func run(_ buffers: ChainBuffers, in potential: some Potential, noise: (_ draw: Int) -> ChainNoise) -> Record {
        let (x, chains) = (buffers.positions, buffers.positions.rows)
        let (energies, gradient) = (Matrix(rows: chains, columns: 1), Matrix(rows: chains, columns: x.columns))
        let (origin, before) = (Matrix(rows: chains, columns: x.columns), Matrix(rows: chains, columns: x.columns))
        let width = Self.width(functionals)
        var values = [Double](repeating: 0, count: chains * draws * width)
        for draw in 0..<draws {
            origin.copy(from: x)
            let moves = self.moves(buffers, before, noise: noise(draw), in: potential)
            // Kernels leave the energies of different places behind; those of the draw take a pass of their own.
            potential.evaluate(x, energies: energies, gradient: gradient)
            for chain in 0..<chains {
                let (state, start) = (x.rows(chain..<chain + 1), origin.rows(chain..<chain + 1))
                let numbers =
                    functionals.values(of: state, energy: energies[chain, 0])
                    + [Self.distance(state, start), Double(moves[chain]) / Double(thin)]
                let place = (chain * draws + draw) * width
                values.replaceSubrange(place..<place + width, with: numbers)
            }
        }
        return Record(values: values)
    }

    /// One draw further.
    /// - Returns: the moves of each chain: with an accept step, a rejected chain stands still.
    private func moves(_ buffers: ChainBuffers, _ before: Matrix, noise: ChainNoise, in potential: some Potential) -> [Int] {
        let x = buffers.positions
        var moves = [Int](repeating: kernel.hasAcceptStep ? 0 : thin, count: x.rows)
        var state = kernel.initialState(buffers, in: potential)
        for index in 0..<thin {
            if kernel.hasAcceptStep { before.copy(from: x) }
            _ = kernel.step(&state, index: index, noise: noise, in: potential)
            guard kernel.hasAcceptStep else { continue }
            for row in 0..<x.rows where Self.distance(x.rows(row..<row + 1), before.rows(row..<row + 1)) != 0 { moves[row] += 1 }
        }
        return moves
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

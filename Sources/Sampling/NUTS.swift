import Numerics

/// The No-U-Turn sampler: Hamiltonian dynamics whose trajectory doubles, forward or backward in time, until it turns back; the next state is drawn of its points
/// with weights exp(-H).
///
/// H = E(x)/T + |q|²/2, q ~ N(0, I) fresh in each step, leapfrog steps of ε s (``DiagonalMetric``). A doubling adds a branch of as many points as there are; it is
/// left out, and the trajectory ends, where the branch turns back within itself or an energy error is above `Leapfrog.largestEnergyError`. Of the points of a branch
/// one is drawn by its weight; it replaces the one drawn so far with the probability min(1, weight of the branch / weight of the rest). Chains have exactly exp(-E/T).
///
/// A step costs an evaluation for each point, at most 2^depth - 1, and memory of 13 + 3 depth tiles. The chains of a tile are evaluated together until
/// the last of them has ended: what a chain does depends on its own row alone. In a box points outside have no weight.
///
/// Source: M. Hoffman, A. Gelman, arXiv:1111.4246; multinomial weights and the criterion: M. Betancourt, arXiv:1701.02434. Without recursion, as
/// D. Phan et al. have it: arXiv:1912.11554.
public struct NUTS: TransitionKernel {
    /// ε
    public private(set) var stepSize: Float
    /// The most doublings of a trajectory.
    public let maximumDepth: Int
    /// T
    public let temperature: Float
    /// nil: 1 for every value, and no tile for it.
    public private(set) var metric: DiagonalMetric?
    public let box: ClosedRange<Float>?

    /// Trajectories of a million points.
    public static let depths = 1...20

    public init(
        stepSize: Float, maximumDepth: Int = 10, temperature: Float = 1, metric: DiagonalMetric? = nil, box: ClosedRange<Float>? = nil
    ) {
        precondition(Self.depths.contains(maximumDepth), "a trajectory doubles \(Self.depths) times")
        (self.stepSize, self.maximumDepth, self.temperature) = (stepSize, maximumDepth, temperature)
        (self.metric, self.box) = (metric, box)
    }

    public var scratchTiles: Int { TreeTiles.count(depth: maximumDepth) + (metric == nil ? 0 : 1) }

    /// Of the mean over a trajectory's points.
    public var bestAcceptance: Double? { 0.8 }

    public var samplesTarget: Bool { true }

    public var hasTrajectories: Bool { true }

    public var treeDepth: Int? { maximumDepth }

    public func energyEvaluations(steps: Int) -> Double { Double(steps) * Double(1 << maximumDepth - 1) + 1 }

    public func scaled(by factor: Float) -> NUTS {
        var scaled = self
        scaled.stepSize *= factor
        return scaled
    }

    /// The step is a length.
    public func scaled(toVariance ratio: Float) -> NUTS { scaled(by: ratio.squareRoot()) }

    public func measured(by metric: DiagonalMetric) -> NUTS {
        var measured = self
        if self.metric != nil { measured.metric = metric }
        return measured
    }

    /// There are at most as many chains as values.
    public func stepLimit(values: Int) -> Int {
        min(TilePass.stepLimit(values: values), RandomStream.drawLimit / (TreeDraws.count(depth: maximumDepth) * max(1, values)))
    }

    /// Energies and gradient are those at the chains' positions.
    public struct State {
        public let buffers: ChainBuffers
        let tiles: TreeTiles
        let leapfrog: Leapfrog
        var trees: [Tree]
    }

    /// What a step reports.
    public struct Info: StepInfo {
        public let squaredGradient: Double
        /// Chains that were moved.
        public let accepted: Int?
        public let acceptance: Double?
        /// Trajectories that came to where energy or momenta are not finite.
        public let invalid: Int
        public let diverged: [Int]
        public let trees: TreeCounts?
    }

    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        precondition(buffers.positions.columns == potential.dimension, "chains and energy differ in dimension")
        Metropolis(box: box).start(buffers, in: potential)
        let count = TreeTiles.count(depth: maximumDepth)
        let scales = metric.map { metric in
            metric.fill(buffers.scratch[count])
            return buffers.scratch[count]
        }
        return State(
            buffers: buffers, tiles: TreeTiles(buffers.scratch, depth: maximumDepth),
            leapfrog: Leapfrog(stepSize: stepSize, temperature: temperature, scales: scales),
            trees: Array(repeating: Tree(), count: buffers.positions.rows))
    }

    public func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> Info {
        let (buffers, tiles) = (state.buffers, state.tiles)
        let squaredGradient = RowSums.squares(buffers.gradient)
        var counts = TreeCounts()
        begin(&state, index, noise.motion)
        for depth in 0..<maximumDepth where state.trees.contains(where: \.isGrowing) {
            forEach(\.isGrowing, &state) { beginBranch(&$0, $1, draws(index, $1, noise, in: $0), depth) }
            for leaf in 0..<1 << depth where state.trees.contains(where: \.hasBranch) {
                forEach(\.hasBranch, &state) { beginLeaf(&$0, $1) }
                potential.evaluate(tiles.leaf.x, energies: tiles.energies, gradient: tiles.leaf.gradient)
                counts.evaluations += buffers.positions.rows
                forEach(\.hasBranch, &state) { endLeaf(leaf, &$0, $1, draws(index, $1, noise, in: $0)) }
            }
            forEach(\.isGrowing, &state) { endBranch(&$0, $1, draws(index, $1, noise, in: $0), depth) }
        }
        for tree in state.trees { counts = counts + tree.counts }
        return Info(
            squaredGradient: squaredGradient, accepted: state.trees.count(where: \.hasMoved),
            acceptance: state.trees.reduce(0) { $0 + $1.meanAcceptance }, invalid: state.trees.count(where: \.isInvalid),
            diverged: state.trees.indices.filter { state.trees[$0].isDivergent }, trees: counts)
    }

    private func forEach(_ isMeant: KeyPath<Tree, Bool>, _ state: inout State, _ body: (inout State, Int) -> Void) {
        for row in state.trees.indices where state.trees[row][keyPath: isMeant] { body(&state, row) }
    }

    private func draws(_ index: Int, _ row: Int, _ noise: ChainNoise, in state: State) -> TreeDraws {
        TreeDraws(stream: noise.decisions, depth: maximumDepth, trajectory: index * state.trees.count + row)
    }
}

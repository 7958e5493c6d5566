import Numerics

/// Chains whose states have sites and numbers: a step is one of a kernel of the sites and then one of a kernel of the numbers, each with the others as they stand.
///
/// The kernel of the numbers is any other: it sees the energy as a function of the numbers alone. Where both leave exp(-E/T) unchanged, so do they in turn.
/// Acceptance and the step size that is adapted by it are those of the numbers. A step costs what the two cost and one forward and input-gradient pass more, a run
/// one pass for each. Values that `ChainBuffers.held` marks stay.
public struct SitesAndNumbers<Sites: TransitionKernel, Numbers: TransitionKernel>: TransitionKernel {
    public let sites: Sites
    public let numbers: Numbers
    /// The coordinates of the numbers.
    public let columns: [Int]

    /// - Parameters:
    ///   - sites: a kernel of the other coordinates of a state.
    ///   - columns: at least one.
    public init(sites: Sites, numbers: Numbers, columns: [Int]) {
        precondition(!columns.isEmpty, "there are numbers")
        (self.sites, self.numbers, self.columns) = (sites, numbers, columns)
    }

    /// Those of both, positions and gradient of the numbers, and a state and gradient of all values.
    public var scratchTiles: Int { sites.scratchTiles + numbers.scratchTiles + 4 }

    public var bestAcceptance: Double? { numbers.bestAcceptance }

    public var hasAcceptStep: Bool { sites.hasAcceptStep || numbers.hasAcceptStep }

    public var hasStepSize: Bool { numbers.hasStepSize }

    public var isHeldByStepSize: Bool { numbers.isHeldByStepSize }

    /// What stands still of one may move of the other.
    public var countsMoves: Bool { false }

    public var temperature: Float { numbers.temperature }

    public var samplesTarget: Bool { sites.samplesTarget && numbers.samplesTarget }

    public func energyEvaluations(steps: Int) -> Double {
        sites.energyEvaluations(steps: steps) + numbers.energyEvaluations(steps: steps) + Double(steps)
    }

    public func scaled(by factor: Float) -> SitesAndNumbers {
        SitesAndNumbers(sites: sites, numbers: numbers.scaled(by: factor), columns: columns)
    }

    public func stepLimit(values: Int) -> Int { min(sites.stepLimit(values: values), numbers.stepLimit(values: values) / 2) }

    /// Energies and gradient are those at the chains' positions.
    public struct State {
        public let buffers: ChainBuffers
        fileprivate let tiles: Tiles
        fileprivate var sites: Sites.State
        fileprivate var numbers: Numbers.State
    }

    /// What a step reports.
    public struct Info: StepInfo {
        public let squaredGradient: Double
        public let accepted: Int?
        public let acceptance: Double?
        public let invalid: Int
        public let diverged: [Int]
        public let trees: TreeCounts?
    }

    /// The tiles of the numbers.
    fileprivate struct Tiles {
        let chains: ChainBuffers
        /// Where the energy is evaluated, all values, and its gradient there.
        let x: Matrix
        let gradient: Matrix
    }

    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        let tiles = tiles(of: buffers)
        begin(tiles, buffers)
        let ofNumbers = numbers.initialState(tiles.chains, in: energy(tiles, buffers, potential))
        part.scatter(tiles.chains.positions, to: buffers.positions, held: buffers.held)
        let ofSites = sites.initialState(buffers, in: potential)
        return State(buffers: buffers, tiles: tiles, sites: ofSites, numbers: ofNumbers)
    }

    public func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> Info {
        let (buffers, tiles) = (state.buffers, state.tiles)
        let ofSites = sites.step(&state.sites, index: index, noise: noise, in: potential)
        begin(tiles, buffers)
        let ofNumbers = numbers.step(&state.numbers, index: index, noise: noise, in: energy(tiles, buffers, potential))
        part.scatter(tiles.chains.positions, to: buffers.positions, held: buffers.held)
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
        return Info(
            squaredGradient: ofSites.squaredGradient, accepted: ofNumbers.accepted ?? ofSites.accepted,
            acceptance: ofNumbers.acceptance ?? ofSites.acceptance, invalid: ofSites.invalid + ofNumbers.invalid,
            diverged: ofNumbers.diverged, trees: ofNumbers.trees)
    }

    private var part: StatePart { StatePart(columns: columns) }

    /// The numbers where the chains stand, with their gradient; the energies are there already.
    private func begin(_ tiles: Tiles, _ buffers: ChainBuffers) {
        tiles.x.copy(from: buffers.positions)
        part.gather(from: buffers.positions, into: tiles.chains.positions)
        part.gatherSlopes(from: buffers.gradient, into: tiles.chains.gradient, held: buffers.held)
    }

    private func energy<Base: Potential>(_ tiles: Tiles, _ buffers: ChainBuffers, _ potential: Base) -> PartialPotential<Base> {
        PartialPotential(base: potential, part: part, x: tiles.x, gradient: tiles.gradient, held: buffers.held)
    }

    private func tiles(of buffers: ChainBuffers) -> Tiles {
        let rows = buffers.positions.rows
        // The scratch of the sites is that in front.
        let own = Array(buffers.scratch.dropFirst(sites.scratchTiles))
        let small = own.dropFirst(2).map { $0.view(from: 0, rows: rows, columns: columns.count) }
        return Tiles(
            chains: ChainBuffers(
                positions: small[0], energies: buffers.energies, gradient: small[1], scratch: Array(small.dropFirst(2)), held: nil),
            x: own[0], gradient: own[1])
    }
}

import Numerics

/// Gibbs sampling of the sites of a state: one site after the other takes a value with its probability given all others, exp(-E/T) over its values.
///
/// A step is a scan over all sites in order, after which each has been drawn once. A site of K values takes K - 1 evaluations of the whole tile, in each of which
/// every chain shows one of the values that it has not; the value is drawn while they pass, each replacing the one drawn so far with the probability of
/// its weight among those so far. Numbers of the state, and sites that `ChainBuffers.held` marks, stay.
///
/// Source: S. Geman, D. Geman, doi:10.1109/TPAMI.1984.4767596.
public struct Gibbs: TransitionKernel {
    /// T
    public let temperature: Float
    private let values: SiteValues

    public init(sites: [DiscreteSite], temperature: Float = 1) { (values, self.temperature) = (SiteValues(sites), temperature) }

    public var scratchTiles: Int { Metropolis.Proposal.tiles }

    public var bestAcceptance: Double? { nil }

    public var hasStepSize: Bool { false }

    /// Nothing is proposed.
    public var countsMoves: Bool { false }

    public var hasAcceptStep: Bool { true }

    public var samplesTarget: Bool { true }

    /// Values that are not those that sites have.
    private var alternatives: Int { values.count - values.sites }

    public func energyEvaluations(steps: Int) -> Double { Double(steps * alternatives + 1) }

    public func scaled(by factor: Float) -> Gibbs { self }

    public func stepLimit(values chainValues: Int) -> Int { values.stepLimit(chainValues: chainValues, draws: alternatives) }

    /// Energies and gradient are those at the chains' positions.
    public struct State {
        public let buffers: ChainBuffers
        /// Of a site, the value of each chain when the scan came to it, the energy there, and the weights of those that were shown.
        fileprivate var origins: [Int]
        fileprivate var energies: [Double]
        fileprivate var weights: [LogWeight]
        /// Sites of each chain that a scan has changed.
        fileprivate var changes: [Int]
    }

    /// What a scan reports.
    public struct Info: StepInfo {
        public let squaredGradient: Double
        /// Chains of which a site has taken another value.
        public let accepted: Int?
        /// Σ over chains of the share of sites that have.
        public let acceptance: Double?
        public let invalid: Int
    }

    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        precondition(buffers.positions.columns == potential.dimension, "chains and energy differ in dimension")
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
        let rows = buffers.positions.rows
        return State(
            buffers: buffers, origins: Array(repeating: 0, count: rows), energies: Array(repeating: 0, count: rows),
            weights: Array(repeating: .none, count: rows), changes: Array(repeating: 0, count: rows))
    }

    public func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> Info {
        let buffers = state.buffers
        let rows = buffers.positions.rows
        let squaredGradient = RowSums.squares(buffers.gradient)
        let proposal = Metropolis.Proposal(buffers.scratch[...])
        proposal.positions.copy(from: buffers.positions)
        var invalid = 0
        var draw = ChainNoise.firstOfSites + index * rows * alternatives
        for row in 0..<rows { state.changes[row] = 0 }
        for site in 0..<values.sites {
            begin(site, &state)
            for shift in 1..<values.values(of: site).count {
                show(site, shift, proposal, state)
                proposal.evaluate(in: potential)
                for row in 0..<rows where !values.isHeld(site, buffers.held, row: row) {
                    invalid += weigh(proposal, &state, row, noise.decisions.uniform(at: draw + row)) ? 0 : 1
                }
                draw += rows
            }
            end(site, proposal, &state)
        }
        let changes = state.changes.reduce(0, +)
        return Info(
            squaredGradient: squaredGradient, accepted: state.changes.count { $0 > 0 },
            acceptance: Double(changes) / Double(max(1, values.sites)), invalid: invalid)
    }

    private func begin(_ site: Int, _ state: inout State) {
        for row in state.origins.indices {
            state.origins[row] = values.value(of: site, in: state.buffers.positions, row: row)
            state.energies[row] = Double(state.buffers.energies[row, 0])
            state.weights[row] = LogWeight(logarithm: 0)
        }
    }

    /// Every chain shows the value that stands so many places behind its own.
    private func show(_ site: Int, _ shift: Int, _ proposal: Metropolis.Proposal, _ state: State) {
        let range = values.values(of: site)
        for row in state.origins.indices where !values.isHeld(site, state.buffers.held, row: row) {
            let place = (state.origins[row] - range.lowerBound + shift) % range.count
            values.write(range.lowerBound + place, to: proposal.positions, row: row)
        }
    }

    /// Takes what is shown, with the probability that it has among what was shown so far.
    /// - Returns: whether it has one: not where its energy, or that where the site began, is not finite.
    private func weigh(_ proposal: Metropolis.Proposal, _ state: inout State, _ row: Int, _ uniform: Float) -> Bool {
        let logarithm = (state.energies[row] - Double(proposal.energies[row, 0])) / Double(temperature)
        guard logarithm.isFinite else { return false }
        let weight = LogWeight(logarithm: logarithm)
        state.weights[row].add(weight)
        guard Double(uniform) < weight.ratio(to: state.weights[row]) else { return true }
        let (buffers, range) = (state.buffers, row..<row + 1)
        buffers.positions.rows(range).copy(from: proposal.positions.rows(range))
        buffers.gradient.rows(range).copy(from: proposal.gradient.rows(range))
        buffers.energies[row, 0] = proposal.energies[row, 0]
        return true
    }

    private func end(_ site: Int, _ proposal: Metropolis.Proposal, _ state: inout State) {
        for row in state.origins.indices where !values.isHeld(site, state.buffers.held, row: row) {
            let value = values.value(of: site, in: state.buffers.positions, row: row)
            values.write(value, to: proposal.positions, row: row)
            if value != state.origins[row] { state.changes[row] += 1 }
        }
    }
}

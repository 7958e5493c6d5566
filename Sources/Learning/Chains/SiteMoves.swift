import Datasets
import Numerics
import Sampling

/// Moves of the words, orders, bits and gaps of a table's rows. A step is a scan of Gibbs sampling, and where there are gaps two moves before it:
///
/// 1. What stands in gaps, N(filler, T) or a direction, is drawn anew.
/// 2. Gaps that rows have together (`RowSpace.patterns`) are proposed together, pattern m by its share s_m in the learned rows, and any of a column's words where
///    one takes a gap's place: with log s_n - log s_m + Σ ± log of the number of words beside the difference of the energies it is accepted or rejected, n being
///    the pattern of the chain. Gaps by themselves would have to pass states that no data have. A chain with another pattern than those stays.
///
/// All leave exp(-E/T) as it is. They cost one forward and input-gradient pass each beside those of the scan.
struct SiteMoves: TransitionKernel {
    private let gibbs: Gibbs
    private let space: RowSpace
    private let sites: [RowSpace.Site]
    /// log of the patterns' shares.
    private let logShares: [Double]
    /// log of the number of each site's words.
    private let logWords: [Double]

    init(_ gibbs: Gibbs, _ space: RowSpace) {
        (self.gibbs, self.space, sites) = (gibbs, space, space.sitesWithGaps)
        logShares = space.patterns.map { PortableLogarithm.value($0.share) }
        logWords = sites.map { PortableLogarithm.value(Double($0.gap)) }
    }

    var scratchTiles: Int { gibbs.scratchTiles }
    var bestAcceptance: Double? { nil }
    var hasStepSize: Bool { false }
    var countsMoves: Bool { false }
    var hasAcceptStep: Bool { true }
    var temperature: Float { gibbs.temperature }
    var samplesTarget: Bool { true }

    private var hasPatterns: Bool { space.patterns.count > 1 }

    func energyEvaluations(steps: Int) -> Double {
        gibbs.energyEvaluations(steps: steps) + Double(steps * (hasPatterns ? 2 : 1))
    }

    func scaled(by factor: Float) -> SiteMoves { self }

    /// Random numbers of a chain and step for the choice of a pattern: which, whether, and a word of each site.
    private var draws: Int { 2 + sites.count }

    func stepLimit(values: Int) -> Int {
        let ofBlocks = (RandomStream.drawLimit - ChainNoise.firstOfBlocks) / (max(1, values) * draws)
        let ofNumbers = (RandomStream.drawLimit - ChainNoise.firstOfSites) / RandomStream.draws(for: max(1, values))
        return min(gibbs.stepLimit(values: values), ofBlocks, ofNumbers)
    }

    struct State {
        fileprivate var gibbs: Gibbs.State
        /// Of each chain log q(x|x') - log q(x'|x) of what is proposed; nil where nothing is.
        fileprivate var ratios: [Double?]
        /// Of one chain at a time, whether nothing is there at each site.
        fileprivate var areOpen: [Bool]
    }

    func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        State(
            gibbs: gibbs.initialState(buffers, in: potential), ratios: Array(repeating: nil, count: buffers.positions.rows),
            areOpen: Array(repeating: false, count: sites.count))
    }

    func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> Gibbs.Info {
        let buffers = state.gibbs.buffers
        let normals = buffers.scratch[0]
        noise.motion.fillNormals(normals, from: ChainNoise.firstOfSites + index * RandomStream.draws(for: normals.count))
        space.refill(buffers.positions, normals: normals, temperature: temperature, held: buffers.held)
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
        if hasPatterns { exchangePatterns(&state, index, noise.decisions, potential) }
        return gibbs.step(&state.gibbs, index: index, noise: noise, in: potential)
    }

    private func exchangePatterns(_ state: inout State, _ index: Int, _ decisions: RandomStream, _ potential: some Potential) {
        let buffers = state.gibbs.buffers
        let (rows, proposal) = (buffers.positions.rows, Metropolis.Proposal(buffers.scratch[...]))
        let first = ChainNoise.firstOfBlocks + index * rows * draws
        proposal.positions.copy(from: buffers.positions)
        for row in 0..<rows {
            state.ratios[row] = propose(proposal.positions, row, held: buffers.held, &state.areOpen) {
                decisions.uniform(at: first + rows + row * (draws - 1) + $0)
            }
        }
        proposal.evaluate(in: potential)
        _ = Metropolis(box: nil).decide(proposal, buffers, decisions: decisions, from: first, squaredGradient: 0) { row in
            // Nothing to propose is an ordinary rejection.
            guard let ratio = state.ratios[row] else { return -.greatestFiniteMagnitude }
            return (Double(buffers.energies[row, 0]) - Double(proposal.energies[row, 0])) / Double(temperature) + ratio
        }
    }

    /// Another pattern in a row.
    /// - Parameters:
    ///   - areOpen: overwritten.
    ///   - uniform: random numbers of the row.
    /// - Returns: log q(x|x') - log q(x'|x); nil where nothing is proposed.
    private func propose(_ x: Matrix, _ row: Int, held: Matrix?, _ areOpen: inout [Bool], _ uniform: (Int) -> Float) -> Double? {
        for (place, site) in sites.enumerated() { areOpen[place] = site.index(in: x, row: row) == site.gap }
        let target = space.pattern(at: uniform(0))
        guard let own = space.patterns.firstIndex(where: { $0.areOpen == areOpen }), own != target else { return nil }
        var ratio = logShares[own] - logShares[target]
        for (place, site) in sites.enumerated() where areOpen[place] != space.patterns[target].areOpen[place] {
            if let held, held[row, site.site.coordinates.lowerBound] != 0 { return nil }
            site.set(areOpen[place] ? site.word(at: uniform(1 + place)) : site.gap, in: x, row: row)
            ratio += areOpen[place] ? logWords[place] : -logWords[place]
        }
        return ratio
    }
}

import Foundation
import Numerics
import Sampling

/// The transition probabilities of one step of a kernel of sites, by its definition, in Double; or those of a kernel with a mistake.
struct ReferenceSiteMove {
    enum Kind: Sendable { case gibbs, gibbsWithGradients, discreteLangevin(stepSize: Double) }

    enum Mistake: CaseIterable, Sendable {
        case none, withoutAcceptStep, withoutReverseProposal, wholeSlope, withoutTemperature, otherDistance
        /// Sites draw from the values that they have not.
        case onlyOthers
    }

    let model: SiteModel
    let kind: Kind
    var temperature = 1.0
    var mistake = Mistake.none

    /// states x states
    var matrix: [[Double]] {
        switch kind {
        case .gibbs: scan
        case .gibbsWithGradients, .discreteLangevin: mistake == .withoutAcceptStep ? proposals : accepted(proposals)
        }
    }

    private var energyTemperature: Double { mistake == .withoutTemperature ? 1 : temperature }

    /// Site after site.
    private var scan: [[Double]] {
        let states = model.states
        let energies = states.map { model.energy($0) }
        let identity = states.indices.map { row in states.indices.map { $0 == row ? 1.0 : 0 } }
        return model.sites.reduce(identity) { product, site in
            let step = states.indices.map { from in
                let weights = states.indices.map { to -> Double in
                    let others = (0..<model.dimension).filter { !site.coordinates.contains($0) }
                    guard others.allSatisfy({ states[from][$0] == states[to][$0] }), mistake != .onlyOthers || from != to else { return 0 }
                    return exp((energies[from] - energies[to]) / energyTemperature)
                }
                let sum = weights.reduce(0, +)
                return weights.map { $0 / sum }
            }
            return product.map { row in
                states.indices.map { to in states.indices.reduce(0) { $0 + row[$1] * step[$1][to] } }
            }
        }
    }

    private var proposals: [[Double]] {
        let states = model.states
        return states.map { from in
            let slopes = model.gradient(from)
            let weights = states.map { to -> Double in
                let change = zip(from, to).map { $1 - $0 }
                let rise = zip(slopes, change).reduce(0) { $0 + $1.0 * $1.1 }
                let gain = -rise * (mistake == .wholeSlope ? 1 : 0.5) / energyTemperature
                switch kind {
                case .gibbs: return 0
                case .gibbsWithGradients:
                    let changed = model.sites.count { site in site.coordinates.contains { change[$0] != 0 } }
                    return changed == 1 ? exp(gain) : 0
                case .discreteLangevin(let stepSize):
                    let squares = change.reduce(0) { $0 + $1 * $1 }
                    return exp(gain - squares / (4 * stepSize * (mistake == .otherDistance ? 1 : temperature)))
                }
            }
            let sum = weights.reduce(0, +)
            return weights.map { $0 / sum }
        }
    }

    private func accepted(_ proposals: [[Double]]) -> [[Double]] {
        let energies = model.states.map { model.energy($0) }
        return proposals.indices.map { from in
            var row = proposals.indices.map { to -> Double in
                guard from != to, proposals[from][to] > 0 else { return 0 }
                let energy = exp((energies[from] - energies[to]) / energyTemperature)
                let reverse = mistake == .withoutReverseProposal ? 1 : proposals[to][from] / proposals[from][to]
                return proposals[from][to] * min(1, energy * reverse)
            }
            row[from] = 1 - row.reduce(0, +)
            return row
        }
    }

    /// The kernel without a mistake.
    var kernel: any TransitionKernel {
        let temperature = Float(temperature)
        return switch kind {
        case .gibbs: Gibbs(sites: model.sites, temperature: temperature)
        case .gibbsWithGradients: GibbsWithGradients(sites: model.sites, temperature: temperature)
        case .discreteLangevin(let stepSize):
            DiscreteLangevin(sites: model.sites, stepSize: Float(stepSize), temperature: temperature)
        }
    }
}

/// How often one step of a kernel leads from each state to each, and whether that is what transition probabilities say.
struct StepCounts {
    /// states x states
    private var counts: [[Int]]

    /// - Parameter chains: that start at each state.
    init(_ kernel: some TransitionKernel, of model: SiteModel, chains: Int) {
        let states = model.states
        counts = states.map { _ in Array(repeating: 0, count: states.count) }
        let buffers = ChainBuffers(chains: states.count * chains, dimension: model.dimension, scratch: kernel.scratchTiles)
        for row in 0..<buffers.positions.rows {
            for (column, value) in states[row / chains].enumerated() { buffers.positions[row, column] = Float(value) }
        }
        kernel.run(buffers, steps: 1, noise: KernelChecks.noise, in: model)
        for row in 0..<buffers.positions.rows {
            guard let end = model.place(of: buffers.positions.rows(row..<row + 1).values) else { continue }
            counts[row / chains][end] += 1
        }
    }

    /// χ² of all rows together, whose rare ends are taken together. A correct kernel fails with a probability below 2e-8.
    func agree(with matrix: [[Double]]) -> Bool {
        var (chi, degrees) = (0.0, 0)
        for (row, probabilities) in zip(counts, matrix) {
            let chains = Double(row.reduce(0, +))
            var (rare, rareCount, bins) = (0.0, 0, 0)
            for (count, probability) in zip(row, probabilities) {
                let expected = probability * chains
                guard expected > 20 else {
                    (rare, rareCount) = (rare + expected, rareCount + count)
                    continue
                }
                chi += (Double(count) - expected) * (Double(count) - expected) / expected
                bins += 1
            }
            // What is expected less often than that all together is left out, but not to happen where it cannot.
            if rare > 5 {
                chi += (Double(rareCount) - rare) * (Double(rareCount) - rare) / rare
                bins += 1
            } else if Double(rareCount) > rare + 40 {
                return false
            }
            degrees += max(0, bins - 1)
        }
        return counts.allSatisfy { $0.reduce(0, +) == counts[0].reduce(0, +) } && Statistics.chiSquareIsPlausible(chi, degrees: degrees)
    }
}

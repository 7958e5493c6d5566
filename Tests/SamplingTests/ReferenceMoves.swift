import Foundation
import Numerics
import Sampling

/// A proposal and its log acceptance ratio in Double, written from the densities and not from the program.
protocol ReferenceMove: Sendable {
    var potential: PairPotential { get }
    /// - Parameters:
    ///   - gradient: at x.
    ///   - normals: as many as x has values.
    func move(_ x: [Double], gradient: [Double], normals: [Double]) -> (to: [Double], logRatio: Double)
}

/// Metropolis-adjusted Langevin dynamics, isotropic with an infinite threshold, else STANLEY.
struct ReferenceLangevin: ReferenceMove {
    /// What a wrong program might do.
    enum Fault: CaseIterable, Sendable {
        case missingProposalRatio, wrongSignOfProposalRatio, missingLogDeterminant, scaleOfStartBothWays, asymmetricClip, linearNoise
        case driftUphill, missingTemperature
    }

    var potential: PairPotential
    /// The factor of d(γ) ∇E.
    var drift: Double
    var temperature = 1.0
    var threshold = Double.infinity
    var granularity = DriftScale.Granularity.element
    var channels = 2
    var driftScaling = Stanley.Options.Scaling.linear
    var scaling = Stanley.Options.Scaling.sqrt
    var fault: Fault?

    func factors(_ gradient: [Double]) -> [Double] {
        func factor(_ size: Double) -> Double { size > threshold ? threshold / size : 1 }
        func norm(_ values: some Sequence<Double>) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        switch granularity {
        case .element: return gradient.map { factor(abs($0)) }
        case .channels:
            return gradient.indices.map { index in
                let first = index / channels * channels
                return factor(norm(gradient[first..<first + channels]))
            }
        case .sample: return gradient.map { _ in factor(norm(gradient)) }
        }
    }

    /// A factor made of γ.
    static func scaled(_ factor: Double, _ scaling: Stanley.Options.Scaling) -> Double {
        switch scaling {
        case .sqrt: factor.squareRoot()
        case .linear: factor
        case .none: 1
        }
    }

    private func deviation(_ factor: Double) -> Double { (2 * drift * temperature).squareRoot() * Self.scaled(factor, scaling) }

    /// log N(y; x - drift d(γ) g, diag deviation²)
    private func logDensity(of y: [Double], from x: [Double], _ gradient: [Double], _ factors: [Double]) -> Double {
        x.indices.reduce(0) { sum, d in
            let s = deviation(factors[d])
            let residual = y[d] - x[d] + drift * Self.scaled(factors[d], driftScaling) * gradient[d]
            return sum - residual * residual / (2 * s * s) - (fault == .missingLogDeterminant ? 0 : log(s))
        }
    }

    func move(_ x: [Double], gradient: [Double], normals: [Double]) -> (to: [Double], logRatio: Double) {
        let factors = factors(gradient)
        let to = x.indices.map { d -> Double in
            let clipped = fault == .asymmetricClip && gradient[d] < 0 ? 1 : Self.scaled(factors[d], driftScaling)
            let s = fault == .linearNoise ? deviation(1) * factors[d] : deviation(factors[d])
            return x[d] - (fault == .driftUphill ? -1 : 1) * drift * clipped * gradient[d] + s * normals[d]
        }
        let (energy, slope) = potential.evaluate(to)
        let back = fault == .scaleOfStartBothWays ? factors : self.factors(slope)
        let backward = logDensity(of: x, from: to, slope, back)
        let ratio = backward - logDensity(of: to, from: x, gradient, factors)
        let signs = [Fault.missingProposalRatio: 0.0, .wrongSignOfProposalRatio: -1.0]
        let difference = (potential.evaluate(x).energy - energy) / (fault == .missingTemperature ? 1 : temperature)
        return (to, difference + (fault.flatMap { signs[$0] } ?? 1) * ratio)
    }
}

/// Hamiltonian Monte Carlo with a fixed number of leapfrog steps.
struct ReferenceHMC: ReferenceMove {
    enum Fault: CaseIterable, Sendable {
        case wholeLastKick, missingKineticEnergy, kickUphill, positionsFirst
    }

    var potential: PairPotential
    var stepSize: Double
    var steps: Int
    var temperature = 1.0
    var fault: Fault?

    func move(_ x: [Double], gradient: [Double], normals: [Double]) -> (to: [Double], logRatio: Double) {
        var (to, p, g) = (x, normals, gradient)
        func kick(_ share: Double) {
            let sign = fault == .kickUphill ? -1.0 : 1
            for d in p.indices { p[d] -= sign * share * stepSize * g[d] / temperature }
        }
        if fault != .positionsFirst { kick(0.5) }
        for step in 1...steps {
            for d in p.indices { to[d] += stepSize * p[d] }
            g = potential.evaluate(to).gradient
            kick(step == steps && fault != .wholeLastKick ? 0.5 : 1)
        }
        func kinetic(_ p: [Double]) -> Double { fault == .missingKineticEnergy ? 0 : p.reduce(0) { $0 + $1 * $1 / 2 } }
        let difference = (potential.evaluate(x).energy - potential.evaluate(to).energy) / temperature
        return (to, difference + kinetic(normals) - kinetic(p))
    }
}

/// A kernel made of a reference move, right or with a fault: what the checks of the real kernels have to tell apart.
struct NaiveKernel<Move: ReferenceMove>: TransitionKernel {
    enum Fault: CaseIterable, Sendable {
        case acceptsEverything, sameNoiseInEveryStep, decisionsFromMotion, oneDecisionForAllChains, gradientOfOldPosition
        case decidesAgainstHalf
    }

    var move: Move
    var fault: Fault?

    var scratchTiles: Int { 0 }
    var bestAcceptance: Double? { 0.574 }
    var temperature: Float { 1 }
    var samplesTarget: Bool { true }
    func energyEvaluations(steps: Int) -> Double { Double(steps + 1) }
    func scaled(by factor: Float) -> NaiveKernel { self }
    func stepLimit(values: Int) -> Int { .max }

    struct State {
        let buffers: ChainBuffers
    }

    func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
        return State(buffers: buffers)
    }

    func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> AcceptCounts {
        let (x, gradient) = (state.buffers.positions, state.buffers.gradient)
        let first = fault == .sameNoiseInEveryStep ? 0 : index * ((x.count + 63) / 64) * 64
        var counts = AcceptCounts(squaredGradient: 0, accepted: 0, invalid: 0)
        for row in 0..<x.rows {
            let place = first + row * x.columns
            let normals = (0..<x.columns).map { Double(noise.motion.normal(at: place + $0)) }
            let slope = (0..<x.columns).map { Double(gradient[row, $0]) }
            let (to, logRatio) = move.move((0..<x.columns).map { Double(x[row, $0]) }, gradient: slope, normals: normals)
            let chain = fault == .oneDecisionForAllChains ? 0 : row
            var uniform = Double(noise.decisions.uniform(at: index * (x.rows + 1) + chain))
            if fault == .decisionsFromMotion { uniform = Double(noise.motion.uniform(at: place)) }
            if fault == .decidesAgainstHalf { uniform = 0.5 }
            guard fault == .acceptsEverything || log(uniform) < logRatio else { continue }
            counts.accepted! += 1
            for column in 0..<x.columns { x[row, column] = Float(to[column]) }
            guard fault != .gradientOfOldPosition else { continue }
            for (column, value) in self.move.potential.evaluate(to).gradient.enumerated() { gradient[row, column] = Float(value) }
        }
        return counts
    }
}

struct AcceptCounts: StepInfo {
    let squaredGradient: Double
    var accepted: Int?
    let invalid: Int
}

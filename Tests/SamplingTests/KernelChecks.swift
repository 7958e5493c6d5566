import Foundation
import Numerics
import Sampling

/// What every kernel with an accept step must satisfy; each check says how often it failed, so that wrong kernels can be held against it too.
enum KernelChecks {
    static let motion = RandomStream(seed: 21, purpose: .langevin, step: 4, index: 3)
    static let noise = ChainNoise(motion: motion, decisions: RandomStream(seed: 21, purpose: .acceptance, step: 4, index: 3))

    /// Chains of a few steps, each held against proposal and ratio in Double: the number of chains that went, or stayed, where they should not.
    ///
    /// Energies and gradients are floats: log α is exact to 1e-4 where |E| < 100, so decisions that are closer than that are left out.
    static func wrongDecisions(_ kernel: some TransitionKernel, _ reference: some ReferenceMove, chains: Int = 700, steps: Int = 6) -> Int {
        let potential = reference.potential
        let buffers = ChainBuffers(chains: chains, dimension: potential.dimension, scratch: kernel.scratchTiles)
        potential.fill(buffers.positions, RandomStream(seed: 21, purpose: .test, step: 0, index: 0))
        var state = kernel.initialState(buffers, in: potential)
        let groups = (buffers.positions.count + 63) / 64
        var wrong = 0
        for index in 0..<steps {
            let before = buffers.positions.values.map { Double($0) }
            _ = kernel.step(&state, index: index, noise: noise, in: potential)
            for row in 0..<chains {
                let places = row * potential.dimension..<(row + 1) * potential.dimension
                let x = Array(before[places])
                let normals = places.map { Double(motion.normal(at: index * groups * 64 + $0)) }
                let (to, logRatio) = reference.move(x, gradient: potential.evaluate(x).gradient, normals: normals)
                let margin = logRatio - log(Double(noise.decisions.uniform(at: index * (chains + 1) + row)))
                guard abs(margin) > 1e-4 * (1 + abs(logRatio)) else { continue }
                let end = margin > 0 ? to : x
                let isRight = places.allSatisfy { place in
                    let found = Double(buffers.positions.values(at: place))
                    return abs(found - end[place - places.lowerBound]) < 1e-4 * (1 + abs(found))
                }
                wrong += isRight ? 0 : 1
            }
        }
        return wrong
    }

    /// Chains that begin with exact samples: the moments that are no longer those of the target.
    ///
    /// A mean of a correct kernel is off by 6 standard errors with probability 2e-9: 5 moments of 40 kernels and targets raise a false alarm with
    /// probability 4e-7.
    static func wrongMoments(_ kernel: some TransitionKernel, _ potential: PairPotential, chains: Int = 2048, steps: Int = 50) -> [String] {
        let buffers = ChainBuffers(chains: chains, dimension: potential.dimension, scratch: kernel.scratchTiles)
        potential.fill(buffers.positions, RandomStream(seed: 22, purpose: .test, step: 0, index: 0))
        let moments = potential.moments
        let result = ChainMeans(
            kernel, buffers, in: potential, discarded: 0, steps: steps,
            stream: RandomStream(seed: 22, purpose: .langevin, step: 0, index: 0), functions: moments.map(\.function))
        return moments.indices.compactMap { number in
            let (name, _, mean) = moments[number]
            let distance = abs(result.means[number] - mean)
            return distance < 6 * result.errors[number]
                ? nil : "\(name): \(result.means[number]) ± \(result.errors[number]), not \(mean)"
        }
    }
}

extension Matrix {
    /// A value by its place, row by row.
    func values(at place: Int) -> Float { self[place / columns, place % columns] }
}

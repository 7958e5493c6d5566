import Model
import Numerics
import Sampling

/// Chains of an energy that is given: nothing is learned, and a step is one of the chains alone.
///
/// The energies at the end of a step are computed once more, for reports and for swaps of temperatures.
package struct EnergySampling<Kernel: TransitionKernel>: Objective {
    private let base: ContrastiveDivergence<Kernel>

    /// - Parameter base: whose chains they are.
    package init(base: ContrastiveDivergence<Kernel>) { self.base = base }

    package var profile: ObjectiveProfile {
        var profile = base.profile
        let ofChains = profile.measures.filter { !$0.tallies.contains(.dataEnergy) && $0.name != Measure.sampleEnergy.name }
        profile.measures = [
            .sampleEnergy.inProgress("E", .signed, meaning: "mean energy of the chains, on a ladder of temperatures of the coldest")
        ]
        profile.measures += ofChains
        profile.evaluations -= 1
        return profile
    }

    package typealias State = ContrastiveDivergence<Kernel>.State
    package typealias Scratch = ContrastiveDivergence<Kernel>.Scratch

    package func makeState(_ shard: Int, _ make: TileMaker) -> State { base.makeState(shard, make) }

    package func makeScratch(_ make: TileMaker) -> Scratch { base.makeScratch(make) }

    package func populate(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker) { base.populate(shard, scratch, worker) }

    package func sampleNegatives(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        base.sampleNegatives(shard, scratch, worker, step: step)
    }

    package func addGradient(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        base.addNegatives(shard, worker) { _ in 0 }
        worker.times.stamp(.gradients)
    }
}

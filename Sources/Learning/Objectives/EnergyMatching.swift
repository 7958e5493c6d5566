/// Energy matching: one potential V without time whose -∇V carries noise to data, and whose wells are then sharpened to p(x) ∝ exp(-V(x)/ε).
///
/// Two phases: the flow alone (`MatchingFlow`), and from a step on the flow and a contrastive part with chains (`Sharpening`). The energy of the run is
/// E = V/ε. Samples are drawn from noise along a schedule of temperatures, to a time that is chosen afterwards (`FlowLangevin`).
///
/// Source: M. Balcerak et al., arXiv:2504.10612.
package struct EnergyMatching: Objective {
    let flow: MatchingFlow
    /// Nil: the flow alone.
    let sharpening: Sharpening?

    package init(flow: MatchingFlow, sharpening: Sharpening?) { (self.flow, self.sharpening) = (flow, sharpening) }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.model = .drawnAfresh
        profile.measures = MatchingFlow.measures
        profile.engine.lineOrder = 1
        profile.evaluations = MatchingFlow.evaluations
        guard let sharpening else { return profile }
        profile.samples = sharpening.samples
        profile.measures += sharpening.measures
        profile.counts = Tally.ofChains
        profile.engine.passTiles = 2
        profile.later = ObjectiveProfile.LaterPhase(
            step: sharpening.firstStep, evaluations: sharpening.evaluations,
            tallies: Set(sharpening.measures.flatMap(\.tallies) + Tally.ofChains))
        return profile
    }

    package struct Scratch {
        let flow: MatchingFlow.Tiles
        let sharpening: Sharpening.Tiles?
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        Scratch(flow: MatchingFlow.Tiles(flow, make), sharpening: sharpening.map { Sharpening.Tiles($0, make) })
    }

    package func populate(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker) {
        if let sharpening, let tiles = scratch.sharpening { sharpening.populate(shard, tiles, worker) }
    }

    package func sampleNegatives(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        guard let sharpening, let tiles = scratch.sharpening, step >= sharpening.firstStep else { return }
        sharpening.sampleNegatives(shard, tiles, worker, step: step)
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        flow.addGradient(shard, scratch.flow, worker, step: step)
        guard let sharpening, let tiles = scratch.sharpening, step >= sharpening.firstStep else { return }
        sharpening.addGradient(shard, tiles, worker, step: step)
    }
}

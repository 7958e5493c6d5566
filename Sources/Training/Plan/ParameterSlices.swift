import Configuration
import Distributed
import Failures
import Formats
import Learning
import Model

/// Which parameters each rank updates: all on every rank, or a slice each, of which it alone gets the summed gradient and keeps the moments and the
/// average. The parameters themselves are on every rank.
///
/// No bit of a run depends on it: parameters are updated one by one, and norms are made of `SquareSums`.
package struct ParameterSlices: Sendable {
    /// How the parameters are dealt to ranks; nil: every rank updates all.
    let layout: SliceLayout?
    private let count: Int

    /// Bytes of gradient, moments and average that slices must spare a rank at least. Below, what a rank computes less is soon less than the further messages
    /// take: `Documentation/Performance.md` has the measurement.
    private static let leastSpared = 1 << 20

    /// As `run.sum` says; `automatic` by what is spared.
    init(_ configuration: RunConfiguration, _ networks: RunNetworks, _ communicator: any Communicator) {
        count = networks.layout.count
        let layout = SliceLayout(count: count, block: SquareSums.block, nodes: communicator.nodes)
        let spared = configuration.bytesOfUpdate * (count - layout.longest)
        let isWanted = configuration.run.sum == .sliced || configuration.run.sum == .automatic && spared >= Self.leastSpared
        self.layout = isWanted && Self.obstacle(configuration, networks) == nil ? layout : nil
    }

    /// What stands in the way of slices; nil for nothing.
    private static func obstacle(_ configuration: RunConfiguration, _ networks: RunNetworks) -> String? {
        if configuration.run.reduction == .float { return "run.reduction=float adds up the whole gradient on every rank" }
        if networks.energy.usesSpectralNormalization { return "spectral normalization needs the whole gradient of a weight" }
        return nil
    }

    /// What is said where slices were asked for and cannot be; nil elsewhere.
    static func note(_ configuration: RunConfiguration, _ networks: RunNetworks) -> String? {
        guard configuration.run.sum == .sliced, let obstacle = obstacle(configuration, networks) else { return nil }
        return "run.sum=sliced has no effect: \(obstacle); the sum and the optimizer's state are whole on every rank"
    }

    /// The parameters that a rank updates.
    package func own(_ rank: Int) -> Range<Int> { layout?.range(of: rank) ?? 0..<count }

    /// The most parameters that a rank updates.
    package var most: Int { layout?.longest ?? count }

    /// Collective. Makes the parameters that every rank has updated those of all ranks.
    func exchange(_ parameters: inout [Float], _ communicator: any Communicator) throws(Failure) {
        if let layout { try communicator.gather(&parameters, slices: layout) }
    }

    /// Collective. Whether the state is as it should be on every rank: what all have of it, and their slices.
    package func isFinite(_ state: TrainingState, _ communicator: any Communicator) throws(Failure) -> Bool {
        layout == nil ? state.isFinite : try communicator.all(state.isFinite)
    }

    /// A hash of what all ranks have of the state: equal on all of them.
    package func digest(_ state: TrainingState) -> UInt64 { state.digest(withMoments: layout == nil) }

    /// Collective. Sums of which each rank has those of its slice, for all.
    func share(_ sums: inout [Double], _ communicator: any Communicator) throws(Failure) {
        if layout != nil { try communicator.share(&sums) }
    }

    /// Collective. A rank's part of what rank 0 has of all parameters.
    func deal(_ whole: [Float], _ communicator: any Communicator) throws(Failure) -> [Float] {
        if let layout { return try communicator.deal(whole, layout) }
        var bytes = LittleEndian.bytes(of: whole)
        try communicator.broadcast(&bytes, from: 0)
        return LittleEndian.values(of: bytes)
    }

    /// Collective. The state with the moments and the average of all parameters, on rank 0; nil on the others.
    package func whole(_ state: TrainingState, _ communicator: any Communicator) throws(Failure) -> TrainingState? {
        guard let layout else { return communicator.rank == 0 ? state : nil }
        let first = try communicator.collect(state.optimizer.first, layout)
        let second = state.optimizer.rule.beta2 == nil ? [] : try communicator.collect(state.optimizer.second, layout)
        let average = try state.average.map { (average) throws(Failure) in try communicator.collect(average.values, layout) }
        guard communicator.rank == 0 else { return nil }
        var whole = state
        whole.optimizer = Optimizer(state.optimizer.rule, groups: state.optimizer.groups)
        (whole.optimizer.first, whole.optimizer.second, whole.optimizer.updates) = (first, second, state.optimizer.updates)
        whole.average = average.map { ParameterAverage(of: $0) }
        return whole
    }

    /// Collective. The parameters to sample from and to evaluate, on every rank.
    func bestParameters(_ state: TrainingState, _ communicator: any Communicator) throws(Failure) -> [Float] {
        guard let layout, let average = state.average else { return state.average?.values ?? state.parameters }
        var values = state.parameters
        values.replaceSubrange(average.own, with: average.values)
        try communicator.gather(&values, slices: layout)
        return values
    }
}

extension RunConfiguration {
    /// Bytes of a parameter's gradient, moments and average.
    var bytesOfUpdate: Int { 4 * (1 + (updateRule.beta2 == nil ? 1 : 2) + (optimizer.average == nil ? 0 : 1)) }
}

import Model

/// The engines of a rank's threads and the weights that they share. Which engine a run has is chosen here and nowhere else.
package final class Engines: Sendable {
    /// One for each thread.
    package let threads: [any Engine]
    private let weights: RunWeights

    /// - Parameters:
    ///   - rows: of a tile.
    ///   - onEvaluation: called whenever a sampler evaluates the energy.
    package init(
        _ networks: RunNetworks, _ precisions: Precisions, rows: Int, threads count: Int, needs: EngineNeeds,
        onEvaluation: (@Sendable () -> Void)? = nil
    ) {
        let weights = RunWeights(networks, precisions)
        self.weights = weights
        threads = (0..<count).map { _ in HostEngine(networks, weights, rows: rows, needs: needs, onEvaluation: onEvaluation) }
    }

    /// Makes parameters ready for all threads: once after each update, while no thread computes. Whatever form an engine reads weights in is made here.
    /// - Parameters:
    ///   - state: the energy's own.
    ///   - iterating: as for `EnergyModel.prepare`.
    package func prepare(parameters: [Float], state: inout [Float], iterating: Bool) {
        weights.prepare(parameters: parameters, state: &state, iterating: iterating)
    }

    /// Bytes of what all threads share, and of what each has for itself.
    package static func bytes(_ networks: RunNetworks, _ precisions: Precisions, rows: Int, needs: EngineNeeds) -> (
        shared: Int, perThread: Int
    ) {
        (4 * RunWeights.count(networks, precisions), 4 * HostEngine.count(networks, rows: rows, needs: needs))
    }
}

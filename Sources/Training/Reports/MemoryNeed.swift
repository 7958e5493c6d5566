import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Learning
import Model
import Numerics
import Sampling

/// The memory that a rank needs for a run, from sizes alone: what is allocated before the first step stays until the last.
package struct MemoryNeed: Sendable {
    /// Parameters, their gradient, moments, average and prepared copies.
    let parameters: Int
    /// What threads work with: activations, gradients and the integers of the sum.
    let threads: Int
    /// Chains of the rank's shards.
    let chains: Int
    /// The training data, which every rank holds whole.
    let data: Int

    /// - Parameter shards: the most shards of a rank.
    package init(_ plan: RunPlan, threads count: Int, shards: Int) {
        let configuration = plan.configuration
        let (parameterCount, dimension, rows) = (plan.networks.layout.count, plan.source.shape.count, configuration.run.chainsPerShard)
        let moments = configuration.updateRule.beta2 == nil ? 1 : 2
        let averages = configuration.optimizer.average == nil ? 0 : 1
        // Current values, their reduced gradient, and two prepared copies of the weights.
        parameters = 4 * parameterCount * (4 + moments + averages)
        // Positions, gradients, origins, data rows and scratch of a tile; the gradient of a shard in float and as integers.
        let profile = plan.objective.profile
        let scratch = max(profile.chainScratch, configuration.kernel(for: plan.model.inputShape).scratchTiles)
        let line =
            profile.lineOrder == 0
            ? 0
            : LineWorkspace.count(
                plan.model, rows: rows, order: profile.lineOrder)
        let activations =
            Workspace.count(plan.model, rows: rows * profile.passTiles) + line
            + RunNetworks.Part.allCases.reduce(0) { sum, part in sum + (plan.networks[part].map { Workspace.count($0, rows: rows) } ?? 0) }
        let tiles = (4 + scratch + (profile.passTiles == 1 ? 0 : profile.passTiles)) * rows * dimension
        threads = count * (4 * (activations + tiles) + (4 + 8) * parameterCount)
        let bytesPerValue = configuration.chains.storage == .byte ? 1 : 4
        let record = bytesPerValue * dimension * (configuration.keepsPairs ? 2 : 1) + 4
        let capacity = configuration.replayCapacity ?? 0
        let exchanged =
            configuration.exchange.policy == .none
            ? 0 : ExchangePlan.perShard(fraction: configuration.exchange.fraction, capacity: capacity)
        // What leaves and what comes, each once as it is packed and once in the hands of MPI.
        chains =
            shards
            * (4 * rows * dimension * (profile.keepsGradient ? 2 : 1) + (capacity + 4 * exchanged) * record
                + 4 * (plan.chainsFile.latentChains.map { $0.rows * $0.values } ?? 0))
        data = [plan.source.dataset, plan.source.dataset?.partner].reduce(0) {
            $0 + ($1.map { $0.values.count * ($0.levels == nil ? 4 : 1) + ($0.precise?.count ?? 0) * 8 } ?? 0)
        }
    }

    /// - Throws: `.launch` where the ranks of this machine need more memory than there is for them.
    package func check(_ node: NodeInfo) throws(Failure) {
        guard bytes > Self.available / node.ranks else { return }
        throw Failure(
            .launch,
            "the memory of this machine (or of the job's control group), \(Self.mebibytes(Self.available)), is less than its \(node.ranks) "
                + "rank\(node.ranks == 1 ? "" : "s") need: \(text). Use fewer ranks or threads, more nodes, or a smaller chains.buffer.")
    }

    var bytes: Int { parameters + threads + chains + data }

    var text: String {
        let parts = [("parameters", parameters), ("threads", threads), ("chains", chains), ("data", data)]
        return
            "\(Self.mebibytes(bytes)) a rank (\(parts.map { "\($0.0) \(Self.mebibytes($0.1))" }.joined(separator: ", "))), and the program itself"
    }

    /// The memory that the processes of this machine can have: what it has, or less where their control group is limited.
    package static let available = min(Int(clamping: ProcessInfo.processInfo.physicalMemory), ControlGroup.current.memory ?? .max)

    package static func mebibytes(_ bytes: Int) -> String {
        "\(NumberText.fixed(Double(bytes) / 1_048_576, bytes < 100 << 20 ? 1 : 0, width: 0)) MiB"
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Model
import Numerics
import Sampling

/// The memory that a rank needs for a run: what is allocated before the first step stays until the last. What the objective and the engine need is
/// counted by the code that makes it.
package struct MemoryNeed: Sendable {
    /// Parameters, the gradient, moments and average of those that the rank updates, and prepared copies for steps and for what looks at the model
    /// between them.
    package let parameters: Int
    /// What threads work with: activations, gradients and the integers of the sum.
    package let threads: Int
    /// What the rank's shards keep.
    package let chains: Int
    /// The training data and the held-out rows, as far as every rank holds them.
    let data: Int
    /// The data as far as the ranks of a node share a copy.
    let shared: Int

    /// - Parameter shards: the most shards of a rank.
    package init(_ plan: RunPlan, threads count: Int, shards: Int) {
        let (configuration, objective) = (plan.configuration, plan.objective)
        let parameterCount = plan.networks.layout.count
        let engine = Engines.bytes(
            plan.networks, configuration.precisions, rows: configuration.run.chainsPerShard, needs: objective.profile.engine)
        // Current values, what the update of the own ones works with, and what is made of them for products.
        parameters = 4 * parameterCount + configuration.bytesOfUpdate * plan.slices.most + engine.shared + Self.evaluatedBytes(plan)
        let ofThread = Self.count(plan) { make in
            _ = ShardWorker.Tiles(make, condition: plan.condition, freshScratch: plan.freshScratch)
            objective.countScratch(make)
        }
        // And the gradient of a shard as integers; the loss of held-out rows has an engine of its own.
        let ofLoss = plan.measuresHeldOutLoss ? engine.shared + engine.perThread + ofThread : 0
        threads = count * (engine.perThread + ofThread + 8 * parameterCount) + ofLoss
        let ofShard = Self.count(plan) { _ = objective.keptTensors($0) }
        chains = shards * (ofShard + Self.exchangedBytes(plan))
        let datasets = [plan.source, plan.heldOut].flatMap { $0?.datasets ?? [] }
        data = datasets.reduce(0) { $0 + $1.bytes }
        // Parts of one file share its copy.
        shared = Dictionary(datasets.compactMap(\.stored).map { ($0.copy, $0.nodeBytes) }) { first, _ in first }.values.reduce(0, +)
    }

    /// The weights that everything which looks at the model between steps shares, with room for tiles of the one who looks and of the report.
    private static func evaluatedBytes(_ plan: RunPlan) -> Int {
        let configuration = plan.configuration
        let looks = [
            configuration.report.html, configuration.report.tensorboard, configuration.evaluate.every > 0,
            configuration.data.validation != nil,
        ]
        guard looks.contains(true) else { return 0 }
        let (energy, rows) = (plan.networks.energy, configuration.run.chainsPerShard)
        let latentTile = Workspace.count(energy, rows: rows) + (plan.networks.generator.map { Workspace.count($0, rows: rows) } ?? 0)
        let tile = plan.networks.isLatent ? latentTile : Workspace.count(energy, rows: EvaluationRows.rowsPerTile)
        return 4 * (RunWeights.count(plan.networks, Precisions()) + 2 * tile)
    }

    /// The bytes of what a closure asks for.
    private static func count(_ plan: RunPlan, _ make: (TileMaker) -> Void) -> Int {
        let maker = plan.tileMaker(onlyCounts: true)
        make(maker)
        return maker.bytes
    }

    /// Samples of a shard that leave it and that come, each once as it is packed and once in the hands of MPI.
    private static func exchangedBytes(_ plan: RunPlan) -> Int {
        let exchange = plan.configuration.exchange
        guard exchange.policy != .none, let storage = plan.configuration.chainStorage else { return 0 }
        return 4 * ExchangePlan.perShard(fraction: exchange.fraction, capacity: storage.capacity)
            * ReplayShard.recordBytes(dimension: plan.source.shape.count, options: storage.options)
    }

    /// - Throws: `.launch` where the ranks of this machine need more memory than there is for them.
    package func check(_ node: NodeInfo) throws(Failure) {
        guard bytes > max(0, Self.available - shared) / node.ranks else { return }
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
            + (shared > 0 ? "; \(Self.mebibytes(shared)) a node for the data" : "")
    }

    /// The memory that the processes of this machine can have: what it has, or less where their control group is limited.
    package static let available = min(Int(clamping: ProcessInfo.processInfo.physicalMemory), ControlGroup.current.memory ?? .max)

    package static func mebibytes(_ bytes: Int) -> String {
        "\(NumberText.fixed(Double(bytes) / 1_048_576, bytes < 100 << 20 ? 1 : 0, width: 0)) MiB"
    }
}

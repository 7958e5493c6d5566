import Datasets
import Distributed
import Failures
import Model
import Numerics

/// What rank 0 says before the first step.
struct RunSummary {
    let text: String
    /// Threads of a rank.
    let threads: Int
    private let memory: MemoryNeed

    init(_ plan: RunPlan, folder: RunFolder, chosen: [String] = [], _ communicator: any Communicator) {
        let configuration = plan.configuration
        threads = configuration.run.threads > 0 ? configuration.run.threads : communicator.node.defaultThreads
        let shards = (configuration.run.shards + communicator.size - 1) / communicator.size
        memory = MemoryNeed(plan, threads: min(threads, shards), shards: shards)
        let evaluations = PerformanceTable.fixed(plan.objective.profile.evaluations, 0, width: 0)
        var lines = [
            "\(BuildInformation.version)  \(communicator.size) rank\(communicator.size == 1 ? "" : "s") x \(threads) thread\(threads == 1 ? "" : "s"), "
                + "\(configuration.run.shards) shards x \(configuration.run.chainsPerShard) chains",
            "data     \(plan.source.name), \(plan.source.dataset.map { "\($0.count) rows of " } ?? "fresh samples of ")\(plan.source.shape)",
        ]
        lines += chosen.enumerated().map { ($0.offset == 0 ? "chosen   " : "         ") + $0.element }
        lines += [
            "model    \(Self.parameters(plan.networks))",
            "training \(configuration.objective.kind.rawValue), \(Self.method(plan))",
            "cost     \(evaluations) passes through the energy and back for each data row of a step",
            "memory   \(memory.text)",
            "run      \(folder.path)",
        ]
        if let advice = communicator.node.advice(threads: threads) { lines.append("note     \(advice)") }
        text = lines.joined(separator: "\n")
    }

    /// - Throws: `.launch` where the ranks of this machine need more memory than it has.
    func checkMemory(_ node: NodeInfo) throws(Failure) {
        let available = MemoryNeed.physical
        guard memory.bytes > available / node.ranks else { return }
        throw Failure(
            .launch,
            "the memory of this machine, \(MemoryNeed.mebibytes(available)), is less than its \(node.ranks) rank\(node.ranks == 1 ? "" : "s") need: "
                + "\(memory.text). Use fewer ranks or threads, more nodes, or a smaller chains.buffer.")
    }

    /// What a step works on.
    private static func method(_ plan: RunPlan) -> String {
        let (sampler, rows) = (plan.configuration.sampler, plan.configuration.rowsPerStep)
        let steps = "\(sampler.steps) \(sampler.kind.rawValue) steps"
        if plan.objective.profile.usesSampler { return "\(steps) on \(rows) chains" }
        return "\(rows) rows a step" + (sampler.steps > 0 ? "; samples by \(steps)" : "")
    }

    private static func parameters(_ networks: RunNetworks) -> String {
        let energy = "\(networks.energy.layout.count) parameters"
        return RunNetworks.Part.allCases.reduce(energy) { text, part in
            networks[part].map { "\(text), \(part.rawValue) \($0.layout.count)" } ?? text
        }
    }
}

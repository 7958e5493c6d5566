/// The machine a rank runs on, as seen at the start: the ranks that share it and the cores they may use.
public struct NodeInfo: Hashable, Sendable {
    /// The ranks on this machine.
    public let ranks: Int
    /// This rank's index among them, 0 ..< ranks.
    public let index: Int
    /// The cores this rank may run on (its affinity mask), and no more than its control group has time for.
    public let cores: Int
    /// The cores that the ranks of this machine may use together (the union of their masks, limited likewise).
    public let nodeCores: Int

    public init(ranks: Int, index: Int, cores: Int, nodeCores: Int) {
        precondition(ranks > 0 && (0..<ranks).contains(index), "rank \(index) is not one of \(ranks) on its node")
        precondition(cores > 0 && nodeCores >= cores, "a rank with \(cores) cores cannot be on a node with \(nodeCores)")
        self.ranks = ranks
        self.index = index
        self.cores = cores
        self.nodeCores = nodeCores
    }

    /// The threads of a rank that fill the node and no more: nodeCores / ranks, at most this rank's own cores, at least 1.
    public var defaultThreads: Int { max(1, min(cores, nodeCores / ranks)) }

    /// A sentence for the log when more threads than cores would run, else nil. It advises only what is not the case already.
    /// - Parameter yielding: how waiting ranks are made to give up their core, where they do not (`MPILibrary.yieldAdvice`).
    public func advice(threads: Int, yielding: @autoclosure () -> String?) -> String? {
        precondition(threads > 0, "a rank runs at least one thread")
        if ranks * threads > nodeCores {
            var cures: [String] = []
            if ranks > nodeCores { cures.append("use fewer ranks") }
            if threads > defaultThreads { cures.append("use run.threads=\(defaultThreads)") }
            if ranks > nodeCores, let yielding = yielding() { cures.append(yielding) }
            return "\(ranks) rank\(ranks == 1 ? "" : "s") x \(threads) thread\(threads == 1 ? "" : "s") run on \(nodeCores) "
                + "core\(nodeCores == 1 ? "" : "s") of this node: the results are the same, but every step is slower; "
                + cures.joined(separator: ", or ")
        }
        if threads > cores {
            return "\(threads) threads of a rank share \(cores) core\(cores == 1 ? "" : "s"), because the launcher bound the rank to them, "
                + "while the node's ranks have \(nodeCores): the results are the same, but every step is slower; start with "
                + "`mpirun --bind-to none`, or use run.threads=\(defaultThreads)"
        }
        return nil
    }
}

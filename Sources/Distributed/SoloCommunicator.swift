import Failures
import Glibc

/// One process on its own, without MPI: every collective is the identity.
public final class SoloCommunicator: Communicator {
    public let rank = 0
    public let size = 1
    public let node: NodeInfo
    public let nodes = NodeMap(leaders: [0])
    public let traffic = Traffic()
    public let progress: ProgressBoard
    public var agreedFailure: Failure?

    /// - Parameter progress: where a watchdog sees what this process does.
    public init(_ progress: ProgressBoard = ProgressBoard()) {
        self.progress = progress
        let cores = ControlGroup.current.limited(CPUMask.current().count)
        node = NodeInfo(ranks: 1, index: 0, cores: cores, nodeCores: cores)
    }

    public func barrier() throws(Failure) { try meet("barrier") }
    public func sum(_ values: inout [Int64]) throws(Failure) { try meet("sum of integers") }
    public func sum(_ values: inout [Float]) throws(Failure) { try meet("sum of floats") }
    public func sum(_ values: inout [Int64], slices: SliceLayout) throws(Failure) { try meet("sum in slices") }
    public func gather(_ values: inout [Float], slices: SliceLayout) throws(Failure) { try meet("gather of slices") }
    public func maximum(_ values: inout [Double]) throws(Failure) { try meet("maximum") }
    public func minimum(_ values: inout [Double]) throws(Failure) { try meet("minimum") }

    /// A failure that a thread has noted ends the work here, as it does with several ranks.
    private func meet(_ name: StaticString) throws(Failure) {
        try progress.checkLatches()
        progress.note(name)
    }

    public func broadcast(_ bytes: inout [UInt8], from root: Int) throws(Failure) {
        precondition(root == 0, "rank \(root) is not one of 1")
        try meet("broadcast")
    }

    public func gather(_ mine: [Double], perShard: Int, layout: ShardLayout) throws(Failure) -> [Double] {
        precondition(layout.ranks == 1 && mine.count == perShard * layout.shards, "every shard gives \(perShard) values")
        try meet("gather")
        return mine
    }

    public func beginExchange(_ bytes: [UInt8], sending: [Int], receiving: [Int]) throws(Failure) -> any PendingExchange {
        precondition(sending == [bytes.count] && receiving == sending, "what one process sends it receives")
        try meet("exchange")
        return SoloExchange(bytes)
    }

    public func abort(_ failure: Failure) -> Never {
        Console.report("ebm-dist: \(failure.message)")
        exit(failure.exitCode)
    }
}

import Distributed
import Failures
import Foundation

/// Ranks as threads of one process: enough of a communicator to compare a computation on several ranks with one on a single rank.
final class ThreadCommunicator: Communicator {
    let rank: Int
    let size: Int
    let node: NodeInfo
    let progress = ProgressBoard()
    var agreedFailure: Failure?
    private let meeting: Meeting

    private init(rank: Int, size: Int, meeting: Meeting) {
        self.rank = rank
        self.size = size
        self.meeting = meeting
        node = NodeInfo(ranks: size, index: rank, cores: 1, nodeCores: size)
    }

    /// Runs a body on every rank. - Returns: the results in the order of ranks.
    static func run<T: Sendable>(ranks: Int, _ body: @escaping @Sendable (any Communicator) throws -> T) throws -> [T] {
        let (meeting, results, done) = (Meeting(ranks), Results<T>(ranks), DispatchGroup())
        for rank in 0..<ranks {
            done.enter()
            Thread.detachNewThread {
                let communicator = ThreadCommunicator(rank: rank, size: ranks, meeting: meeting)
                results.set(rank, Result { try body(communicator) })
                done.leave()
            }
        }
        done.wait()
        return try results.all.map { try $0.get() }
    }

    func gather(_ mine: [Double], perShard: Int, layout: ShardLayout) -> [Double] {
        precondition(mine.count == perShard * layout.range(of: rank).count, "every shard gives \(perShard) values")
        return meeting.exchange(mine, rank).flatMap { $0 }
    }

    func minimum(_ values: inout [Double]) {
        let all = meeting.exchange(values, rank)
        values = values.indices.map { index in all.map { $0[index] }.min()! }
    }

    func maximum(_ values: inout [Double]) {
        let all = meeting.exchange(values, rank)
        values = values.indices.map { index in all.map { $0[index] }.max()! }
    }

    func broadcast(_ bytes: inout [UInt8], from root: Int) {
        bytes = meeting.exchange(bytes.map { Double($0) }, rank)[root].map { UInt8($0) }
    }

    func barrier() { _ = meeting.exchange([], rank) }
    func sum(_ values: inout [Int64]) { preconditionFailure("not needed here") }
    func sum(_ values: inout [Float]) { preconditionFailure("not needed here") }
    func beginExchange(_ bytes: [UInt8], sending: [Int], receiving: [Int]) -> any PendingExchange {
        preconditionFailure("not needed here")
    }
    func abort(_ failure: Failure) -> Never { preconditionFailure(failure.message) }
}

/// Where the threads meet: everybody brings values and leaves with those of all.
private final class Meeting: @unchecked Sendable {
    private let condition = NSCondition()
    private var brought: [[Double]?]
    private var result: [[Double]] = []
    private var round = 0

    init(_ size: Int) { brought = Array(repeating: nil, count: size) }

    func exchange(_ values: [Double], _ rank: Int) -> [[Double]] {
        condition.lock()
        defer { condition.unlock() }
        brought[rank] = values
        guard brought.contains(where: { $0 == nil }) else {
            // No rank can be in the next round before all have read this result: each must come here again first.
            result = brought.compactMap { $0 }
            brought = Array(repeating: nil, count: brought.count)
            round += 1
            condition.broadcast()
            return result
        }
        let mine = round
        while round == mine { condition.wait() }
        return result
    }
}

private final class Results<T: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Result<T, any Error>?]

    init(_ count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Result<T, any Error>) { lock.withLock { values[index] = value } }

    var all: [Result<T, any Error>] { lock.withLock { values.compactMap { $0 } } }
}

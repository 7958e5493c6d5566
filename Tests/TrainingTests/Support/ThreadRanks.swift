import Distributed
import Failures
import Foundation
import Synchronization

/// Ranks as threads of this process: what a run does with several ranks can be compared in one test.
enum ThreadRanks {
    /// Runs `body` on so many ranks and gives their values in the order of ranks, or the failure of the lowest failing rank.
    /// - Parameter perNode: ranks of what they take for a node.
    static func run<T: Sendable>(
        _ size: Int, perNode: Int? = nil, _ body: @escaping @Sendable (any Communicator) throws -> T
    ) throws -> [T] {
        _ = OneThreadPerProduct.once
        let meeting = Meeting(size: size)
        let nodes = NodeMap(leaders: (0..<size).map { $0 / (perNode ?? size) })
        let results = Mutex<[Result<T, any Error>?]>(Array(repeating: nil, count: size))
        let done = DispatchSemaphore(value: 0)
        for rank in 0..<size {
            let thread = Thread {
                let result = Result { try body(RankOnThread(rank: rank, meeting: meeting, nodes)) }
                results.withLock { $0[rank] = result }
                // Ranks that wait for this one would wait for ever.
                if case .failure = result { meeting.close() }
                done.signal()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        for _ in 0..<size { done.wait() }
        return try results.withLock { try $0.compactMap { try $0?.get() } }
    }
}

/// Where ranks exchange one value each.
private final class Meeting: @unchecked Sendable {
    let size: Int
    private let condition = NSCondition()
    private var values: [Any?]
    private var published: [Any?] = []
    private var arrived = 0
    private var round = 0
    private var isClosed = false

    init(size: Int) {
        self.size = size
        values = Array(repeating: nil, count: size)
    }

    /// The values of all ranks, in the order of ranks.
    func exchange<T>(_ value: T, rank: Int) throws(Failure) -> [T] {
        condition.lock()
        defer { condition.unlock() }
        let mine = round
        values[rank] = value
        arrived += 1
        if arrived == size {
            (published, arrived, round) = (values, 0, round + 1)
            condition.broadcast()
        }
        while round == mine && !isClosed { condition.wait() }
        // The next round cannot be published before this rank has arrived there.
        guard round > mine else { throw Failure(.software, "another rank ended while rank \(rank) waited") }
        return published.compactMap { $0 as? T }
    }

    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }
}

private final class RankOnThread: Communicator {
    let rank: Int
    let node: NodeInfo
    let nodes: NodeMap
    let traffic = Traffic()
    let progress = ProgressBoard()
    var agreedFailure: Failure?
    private let meeting: Meeting

    init(rank: Int, meeting: Meeting, _ nodes: NodeMap) {
        self.rank = rank
        self.nodes = nodes
        self.meeting = meeting
        node = NodeInfo(ranks: meeting.size, index: rank, cores: 1, nodeCores: meeting.size)
    }

    var size: Int { meeting.size }

    func barrier() throws(Failure) { _ = try meeting.exchange(true, rank: rank) }

    private func combine<T>(_ values: inout [T], _ operation: (T, T) -> T) throws(Failure) {
        let all = try meeting.exchange(values, rank: rank)
        for index in values.indices { values[index] = all.dropFirst().reduce(all[0][index]) { operation($0, $1[index]) } }
    }

    func sum(_ values: inout [Int64]) throws(Failure) { try combine(&values, &+) }
    func sum(_ values: inout [Float]) throws(Failure) { try combine(&values, +) }

    /// What stands in the slices of others is made useless, so that nobody can go on with it.
    func sum(_ values: inout [Int64], slices: SliceLayout) throws(Failure) {
        let own = slices.range(of: rank)
        var part = Array(values[..<slices.count])
        try combine(&part, &+)
        for index in part.indices where !own.contains(index) { part[index] = 0x5555_5555_5555 }
        values.replaceSubrange(..<slices.count, with: part)
    }

    func gather(_ values: inout [Float], slices: SliceLayout) throws(Failure) {
        let all = try meeting.exchange(values, rank: rank)
        for (rank, other) in all.enumerated() {
            let own = slices.range(of: rank)
            values.replaceSubrange(own, with: other[own])
        }
    }

    func maximum(_ values: inout [Double]) throws(Failure) { try combine(&values, max) }
    func minimum(_ values: inout [Double]) throws(Failure) { try combine(&values, min) }

    func broadcast(_ bytes: inout [UInt8], from root: Int) throws(Failure) {
        bytes = try meeting.exchange(bytes, rank: rank)[root]
    }

    func gather(_ mine: [Double], perShard: Int, layout: ShardLayout) throws(Failure) -> [Double] {
        precondition(mine.count == perShard * layout.range(of: rank).count, "every shard gives \(perShard) values")
        return try meeting.exchange(mine, rank: rank).flatMap { $0 }
    }

    func beginExchange(_ bytes: [UInt8], sending: [Int], receiving: [Int]) throws(Failure) -> any PendingExchange {
        precondition(sending.reduce(0, +) == bytes.count, "the counts of all ranks make up the bytes")
        let all = try meeting.exchange((bytes, sending), rank: rank)
        let parts = all.map { bytes, counts in
            let start = counts[..<rank].reduce(0, +)
            return Array(bytes[start..<start + counts[rank]])
        }
        precondition(parts.map(\.count) == receiving, "both sides of an exchange know the same counts")
        return ThreadExchange(parts.flatMap { $0 })
    }

    func abort(_ failure: Failure) -> Never { fatalError(failure.message) }
}

/// Bytes that have arrived already: threads meet where an exchange begins.
private final class ThreadExchange: PendingExchange {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func finish() -> [UInt8] { bytes }
}

import Distributed
import Failures
import Testing

/// Bytes between ranks while other collectives run. Rank s sends a number of bytes to rank r that both can tell; a byte tells sender, receiver and
/// position.
@MainActor @Suite(.serialized) struct ExchangeTests {
    let communicator = RankWorld.communicator
    var rank: Int { communicator.rank }
    var size: Int { communicator.size }

    nonisolated static let limits = [1, 3, 4, 1 << 20]

    /// Some pairs exchange nothing, some one byte, some more than a message of the larger limits holds.
    static func count(from sender: Int, to receiver: Int, scale: Int) -> Int { scale * ((sender + 2 * receiver) % 5) }

    static func bytes(from sender: Int, to receiver: Int, scale: Int, round: Int) -> [UInt8] {
        (0..<count(from: sender, to: receiver, scale: scale)).map {
            UInt8(truncatingIfNeeded: 101 * sender + 31 * receiver + 7 * $0 + round)
        }
    }

    private func begin(scale: Int, round: Int) throws -> any PendingExchange {
        try communicator.beginExchange(
            (0..<size).flatMap { Self.bytes(from: rank, to: $0, scale: scale, round: round) },
            sending: (0..<size).map { Self.count(from: rank, to: $0, scale: scale) },
            receiving: (0..<size).map { Self.count(from: $0, to: rank, scale: scale) })
    }

    private func expected(scale: Int, round: Int) -> [UInt8] {
        (0..<size).flatMap { Self.bytes(from: $0, to: rank, scale: scale, round: round) }
    }

    @Test(arguments: limits) func `every rank gets what the others sent it`(limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            for round in 0..<3 {
                for scale in [0, 1, 13] {
                    let exchange = try begin(scale: scale, round: round)
                    #expect(try exchange.finish() == expected(scale: scale, round: round))
                }
            }
        }
    }

    @Test(arguments: [1, 5, 1 << 20]) func `collectives may run between begin and end`(limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            // 2 MB for the largest pair: beyond what a library sends before the receiver is there.
            for scale in [1, limit > 5 ? 1 << 19 : 40] {
                let exchange = try begin(scale: scale, round: 1)
                var values: [Int64] = [Int64(rank), 1]
                try communicator.sum(&values)
                #expect(values == [Int64(size * (size - 1) / 2), Int64(size)])
                var bytes: [UInt8] = rank == 0 ? [1, 2, 3] : []
                try communicator.broadcast(&bytes, from: 0)
                #expect(bytes == [1, 2, 3])
                try communicator.barrier()
                #expect(try exchange.finish() == expected(scale: scale, round: 1))
            }
        }
    }

    @Test func `two exchanges in flight keep their order`() throws {
        let (first, second) = (try begin(scale: 3, round: 1), try begin(scale: 3, round: 2))
        #expect(try first.finish() == expected(scale: 3, round: 1))
        #expect(try second.finish() == expected(scale: 3, round: 2))
    }

    @Test func `the progress board names both ends of an exchange`() throws {
        let exchange = try begin(scale: 1, round: 0)
        #expect(communicator.progress.lastPlace.contains("exchange") && !communicator.progress.isInside)
        let count = communicator.progress.count
        _ = try exchange.finish()
        #expect(communicator.size == 1 || communicator.progress.count > count)
        #expect(!communicator.progress.isInside)
    }
}

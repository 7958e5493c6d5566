import Distributed
import Failures
import Testing

/// After every failure a sum is made, to see that no rank was left behind in another collective.
@MainActor @Suite(.serialized) struct AgreementTests {
    let communicator = RankWorld.communicator
    var rank: Int { communicator.rank }
    var size: Int { communicator.size }

    struct Value: Codable, Equatable {
        var text: String
        var numbers: [Double]
    }

    func expectAllInStep() throws {
        var values: [Int64] = [1]
        try communicator.sum(&values)
        #expect(values == [Int64(size)])
    }

    @Test func `the root's value is everybody's`() throws {
        let value = try communicator.fromRoot { Value(text: "rank \(rank)", numbers: [Double(rank), .infinity, 0.1]) }
        #expect(value == Value(text: "rank 0", numbers: [0, .infinity, 0.1]))
        #expect(try communicator.bytesFromRoot { [UInt8](repeating: UInt8(rank), count: 5 + rank) } == [0, 0, 0, 0, 0])
    }

    @Test func `only the root runs the body`() throws {
        var runs = 0.0
        try communicator.onRoot { runs += 1 }
        var total = [runs]
        try communicator.maximum(&total)
        #expect(total == [1])
        #expect(runs == (rank == 0 ? 1 : 0))
    }

    @Test(arguments: [1, 1 << 20]) func `the root's failure is everybody's`(limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            let failure = Failure(.configuration, "config.json5:3: unknown key “stepsize” of rank \(rank)")
            let expected = Failure(.configuration, "config.json5:3: unknown key “stepsize” of rank 0")
            #expect(throws: expected) { try communicator.fromRoot { () throws -> Int in throw failure } }
            #expect(communicator.agreedFailure == expected)
            #expect(throws: expected) { try communicator.bytesFromRoot { throw failure } }
            #expect(throws: expected) { try communicator.onRoot { throw failure } }
            try expectAllInStep()
        }
    }

    @Test func `the root's error of another type is a defect everywhere`() throws {
        struct Odd: Error {}
        #expect(throws: Failure(.software, "unexpected error: Odd()")) { try communicator.onRoot { throw Odd() } }
        try expectAllInStep()
    }

    @Test func `what all ranks fail in together is given back to all, and they go on`() throws {
        let failure = Failure(.inputOutput, "no room")
        #expect(try communicator.attempt { () throws(Failure) in try communicator.onRoot { throw failure } }.failure == failure)
        try expectAllInStep()
        let alone = Failure(.software, "of one rank")
        var thrown: Failure?
        do { _ = try communicator.attempt { () throws(Failure) in if rank == size - 1 { throw alone } } } catch { thrown = error }
        #expect(thrown == (rank == size - 1 ? alone : nil))
        try expectAllInStep()
    }

    @Test func `agreement without failure keeps every rank's own value`() throws {
        #expect(try communicator.agree { 10 * rank } == 10 * rank)
    }

    @Test func `the failure of any one rank is thrown by all`() throws {
        for failing in 0..<size {
            let expected = Failure(.data, "rank \(failing) found NaN")
            #expect(throws: expected) {
                try communicator.agree {
                    if rank == failing { throw Failure(.data, "rank \(rank) found NaN") }
                }
            }
            #expect(communicator.agreedFailure == expected)
            try expectAllInStep()
        }
    }

    @Test func `of several failures the lowest rank's is thrown`() throws {
        let lowest = size / 2
        #expect(throws: Failure(.missingInput, "rank \(lowest)")) {
            try communicator.agree {
                if rank >= lowest { throw Failure(.missingInput, "rank \(rank)") }
            }
        }
        try expectAllInStep()
    }
}

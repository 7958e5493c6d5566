import Distributed
import Failures
import Testing

/// How long a job may stand still.
@Suite struct WatchdogLimitTests {
    @Test func `it is a minute, or what the environment says`() throws {
        #expect(try WatchdogLimit(environment: [:]).seconds == 60)
        #expect(try WatchdogLimit(environment: [WatchdogLimit.variable: "90.5"]).seconds == 90.5)
        for wrong in ["", "0", "0.5", "-1", "nan", "inf", "1e7", "a minute"] {
            let failure = #expect(throws: Failure.self) { try WatchdogLimit(environment: [WatchdogLimit.variable: wrong]) }
            #expect(failure?.kind == .usage && failure?.message.contains("found \"\(wrong)\"") == true)
        }
    }

    @Test func `the innermost expectation holds, and what stood still inside does not count afterwards`() throws {
        let communicator = SoloCommunicator()
        let board = communicator.progress
        let first = board.expectation
        #expect(first.computing == 60 && first.standing == 60)
        try communicator.expecting(.computing("sampling")) { () throws(Failure) in
            #expect(board.expectation == .computing("sampling") && board.expectation.computing == 3600 && board.expectation.standing == 60)
            let value = try communicator.expecting(.storing("saving", bytes: 1_000_000_000)) { () throws(Failure) -> Int in
                #expect(board.expectation.standing == 700)
                return 5
            }
            #expect(value == 5 && board.expectation.activity == "sampling")
            let before = board.count
            #expect(throws: Failure.self) {
                try communicator.expecting(.computing("a step", seconds: 1)) { () throws(Failure) in
                    // Nobody has less than a minute.
                    #expect(board.expectation.computing == 60)
                    throw Failure(.data, "no rows")
                }
            }
            #expect(board.expectation.activity == "sampling" && board.count > before && !board.isInside)
        }
        #expect(board.expectation == first)
    }
}

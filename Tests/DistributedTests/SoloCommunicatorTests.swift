import Distributed
import Failures
import Foundation
import Testing

@Suite struct SoloCommunicatorTests {
    let solo = SoloCommunicator()

    @Test func `values travel unchanged from the root`() throws {
        struct Value: Codable, Equatable {
            var text: String
            var numbers: [Double]
            var nothing: Int?
        }
        let value = Value(text: "ä\u{0}\n\"", numbers: [0.1, -0.0, 5e-300, .infinity, -.infinity, .greatestFiniteMagnitude], nothing: nil)
        #expect(try solo.fromRoot { value } == value)
        #expect(try solo.fromRoot { Double.nan }.isNaN)
        #expect(try solo.fromRoot { Int?.none } == nil)
        #expect(try solo.fromRoot { UInt64.max } == .max)
        #expect(try solo.bytesFromRoot { [0, 255, 1] } == [0, 255, 1])
    }

    @Test func `a thrown failure comes out and is remembered as agreed`() {
        let thrown = Failure(.data, "file.npy: damaged at byte 7")
        #expect(throws: thrown) { try solo.fromRoot { () throws -> Int in throw thrown } }
        #expect(solo.agreedFailure == thrown)
        #expect(throws: thrown) { try solo.agree { throw thrown } }
    }

    @Test func `a failure that all ranks threw is given back, and one of a rank alone is thrown on`() throws {
        let failure = Failure(.inputOutput, "no room")
        #expect(try solo.attempt { () throws(Failure) in 7 }.get() == 7)
        #expect(try solo.attempt { () throws(Failure) in try solo.onRoot { throw failure } }.failure == failure)
        // Also where all ranks threw the same before.
        #expect(throws: failure) { _ = try solo.attempt { () throws(Failure) -> Int in throw failure } }
    }

    @Test func `a number that cannot be computed anywhere is none, and any other failure is thrown on`() throws {
        func result(_ kind: Failure.Kind) throws -> Int? {
            try solo.unlessNumerical { () throws(Failure) in try solo.agree { throw Failure(kind, "a") } }
        }
        #expect(try result(.numerical) == nil)
        #expect(throws: Failure(.data, "a")) { _ = try result(.data) }
        #expect(try solo.unlessNumerical { () throws(Failure) in 3 } == 3)
    }

    @Test func `an error of another type becomes a defect of the program`() {
        struct Odd: Error {}
        let failure = #expect(throws: Failure.self) { try solo.onRoot { throw Odd() } }
        #expect(failure?.kind == .software)
        #expect(failure?.message.contains("Odd()") == true)
    }

    @Test func `pieces land at their offsets in a file of full size`() throws {
        try withFolder { folder in
            let path = folder + "/file"
            try solo.write(
                [FilePiece(offset: 6, bytes: [3, 4]), FilePiece(offset: 1, bytes: [1, 2]), FilePiece(offset: 9, bytes: [])], to: path,
                size: 9)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data([0, 1, 2, 0, 0, 0, 3, 4, 0]))
        }
    }

    @Test func `a file that exists is not touched`() throws {
        try withFolder { folder in
            let path = folder + "/file"
            try solo.write([FilePiece(offset: 0, bytes: [1])], to: path, size: 1)
            let failure = #expect(throws: Failure.self) { try solo.write([FilePiece(offset: 0, bytes: [2])], to: path, size: 1) }
            #expect(failure == Failure(.inputOutput, "\(path): opening failed: File exists (errno 17)."))
            #expect(try Data(contentsOf: URL(filePath: path)) == Data([1]))
        }
    }

    @Test func `a full file system is reported with the call`() throws {
        // A file larger than any file system holds fails where its size is set.
        try withFolder { folder in
            let failure = #expect(throws: Failure.self) { try solo.write([], to: folder + "/file", size: .max) }
            #expect(failure?.kind == .inputOutput)
            #expect(failure?.message.contains("/file: setting its size failed: ") == true)
        }
    }

    @Test func `the progress board is readable from another thread`() async throws {
        let board = solo.progress
        #expect(board.lastPlace == "")
        #expect(board.count == 0)
        try solo.barrier()
        board.note("computing")
        let seen = await Task.detached { (board.lastPlace, board.count, board.isInside) }.value
        #expect(seen == ("computing", 4, false))
    }

    @Test func `a failure that a thread has noted is thrown by the next call of all ranks, and by every later one`() throws {
        let (latch, others) = (FailureLatch(), FailureLatch())
        solo.progress.attend(to: others)
        solo.progress.attend(to: latch)
        try solo.barrier()
        latch.note(Failure(.inputOutput, "first"))
        latch.note(Failure(.data, "second"))
        for _ in 0..<2 {
            var values: [Int64] = [1]
            #expect(throws: Failure(.inputOutput, "first")) { try solo.sum(&values) }
            #expect(throws: Failure(.inputOutput, "first")) { try solo.agree {} }
        }
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }
}

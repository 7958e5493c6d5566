import Failures
import Foundation
import Glibc
import Testing

import Files

struct SystemCallErrorTests {
    typealias Meaning = SystemCallError.Meaning

    /// What follows from errors of each call.
    static let meanings: [(calls: [SystemCall], codes: [Int32], meaning: Meaning)] = [
        (SystemCall.allCases.filter { $0 != .close }, [EINTR], .again),
        ([.close], [EINTR], .done),
        ([.remove], [ENOENT], .done),
        ([.lock], [EWOULDBLOCK], .held),
        ([.lock], [ENOSYS, ENOLCK, EOPNOTSUPP, ENOTSUP, EINVAL], .unsupported),
        ([.lock], [EIO, ENOMEM, EBADF, ESTALE], .failing),
        ([.syncFolder], [EINVAL, EBADF, ENOTSUP, EOPNOTSUPP, ENOSYS], .unsupported),
        ([.sync], [EINVAL, EBADF, EOPNOTSUPP, EIO], .failing),
        ([.syncFolder], [EIO], .failing),
        ([.open, .stat, .list, .rename], [ENOENT, ENOTDIR], .absent),
        ([.open, .stat, .list, .rename, .makeFolder, .remove], [EACCES, EPERM, EROFS], .denied),
        ([.write, .resize, .open, .makeFolder, .rename, .sync, .close], [ENOSPC, EDQUOT], .full),
        ([.write, .resize], [EFBIG], .full),
        ([.open, .read, .stat, .list], [EIO, EMFILE, ENFILE, ENOMEM, ESTALE, EAGAIN, ETIMEDOUT, ELOOP], .failing),
        ([.remove], [ENOTEMPTY, EBUSY, EIO], .failing),
    ]

    @Test func `the meaning of an error depends on the call and on nothing else`() {
        for (calls, codes, meaning) in Self.meanings {
            for call in calls {
                for code in codes {
                    #expect(SystemCallError(call, "x", code).meaning == meaning, "\(call) \(code)")
                }
            }
        }
    }

    @Test func `input that is not there or not permitted is missing input, and all else a failure of input and output`() {
        for (code, kind) in [(ENOENT, Failure.Kind.missingInput), (EACCES, .missingInput), (EIO, .inputOutput), (ESTALE, .inputOutput)] {
            let error = SystemCallError(.open, "some/file", code)
            #expect(Failure(error, isReading: true).kind == kind)
            #expect(Failure(error).kind == .inputOutput)
            let message = Failure(error, fix: "Do something.").message
            #expect(message.contains("some/file") && message.contains("errno \(code)") && !message.contains(".."))
        }
    }

    @Test func `a message of a full file system says what is needed and what is free`() throws {
        let full = Failure(SystemCallError(.write, "/tmp/x", ENOSPC, needed: 12345)).message
        #expect(full.contains("12345 bytes are needed"))
        let free = try #require(full.firstMatch(of: /needed\. (\d+) bytes are free/)?.1)
        let known = try #require(FileSystem.freeBytes(at: "/tmp"))
        // Others write there meanwhile.
        #expect(abs(Double(free)! / Double(known) - 1) < 0.5)
        #expect(Failure(SystemCallError(.write, "/tmp/x", EDQUOT, needed: 1)).message.contains("quota"))
        #expect(Failure(SystemCallError(.write, "/tmp/x", EFBIG, needed: 1)).message.contains("ulimit -f"))
    }
}

struct SystemCallTests {
    /// A call that fails with each of these and then gives a number.
    private static func call(_ codes: [Int32], then answer: Int32) -> (() -> Int32, () -> Int) {
        var (left, made) = (codes[...], 0)
        return (
            {
                made += 1
                guard let code = left.popFirst() else { return answer }
                errno = code
                return -1
            }, { made }
        )
    }

    @Test func `an interrupted call is made again, but not a close`() throws {
        for kind in SystemCall.allCases {
            let (call, made) = Self.call([EINTR, EINTR], then: 7)
            let answer = try kind.make(on: "x", call)
            #expect(kind == .close ? answer == 0 && made() == 1 : answer == 7 && made() == 3, "\(kind)")
        }
    }

    @Test func `an error is thrown with its number, its call and its path, at once`() {
        let (call, made) = Self.call([EIO], then: 7)
        #expect(throws: SystemCallError(.sync, "some/file", EIO)) { try SystemCall.sync.make(on: "some/file", call) }
        #expect(made() == 1)
    }
}

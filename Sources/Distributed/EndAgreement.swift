import CMPI
import Failures
import Glibc

/// How the ranks ended, reduced to a few maxima: did all fail alike, and which rank failed first?
struct EndAgreement {
    /// Largest digest of the failures and, negated, the smallest; 0 stands for no failure.
    private var largestDigest: Int64
    private var negatedSmallestDigest: Int64
    /// The lowest rank that failed, negated; Int64.min for none.
    private var negatedFirst: Int64
    private var largestCode: Int64

    init(_ failure: Failure?, rank: Int) {
        let digest = failure.map(Self.digest) ?? 0
        largestDigest = digest
        negatedSmallestDigest = -digest
        negatedFirst = failure == nil ? .min : -Int64(rank)
        largestCode = Int64(failure?.exitCode ?? 0)
    }

    private init(_ words: [Int64]) {
        (largestDigest, negatedSmallestDigest, negatedFirst, largestCode) = (words[0], words[1], words[2], words[3])
    }

    var isSame: Bool { largestDigest == -negatedSmallestDigest }
    var firstFailing: Int? { negatedFirst == .min ? nil : Int(-negatedFirst) }
    var exitCode: Int32 { Int32(truncatingIfNeeded: largestCode) }

    /// Collective. The maxima over all ranks, or nil if some rank has not come within so many seconds (nil: however long it takes).
    ///
    /// After nil the buffer of the unfinished reduction is still in use by MPI, and is left to the end of the process.
    func reached(over communicator: ebm_comm, within seconds: Double?) -> EndAgreement? {
        let words = UnsafeMutableBufferPointer<Int64>.allocate(capacity: 4)
        _ = unsafe words.initialize(from: [largestDigest, negatedSmallestDigest, negatedFirst, largestCode])
        var request = ebm_request()
        var isComplete: Int32 = 0
        guard
            unsafe mpi.iallreduce_in_place(
                words.baseAddress, 4, mpi.constants.int64, mpi.constants.maximum, communicator, &request) == 0
        else { return nil }
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        while true {
            guard unsafe mpi.test(&request, &isComplete) == 0 else { return nil }
            if isComplete != 0 { break }
            if let deadline, ContinuousClock.now > deadline { return nil }
            usleep(500)
        }
        defer { unsafe words.deallocate() }
        return unsafe EndAgreement(Array(words))
    }

    /// FNV-1a of kind and message, 62 bits, never 0. Swift's own hashes differ between processes.
    private static func digest(_ failure: Failure) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in [UInt8(truncatingIfNeeded: failure.kind.rawValue)] + Array(failure.message.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return Int64(hash >> 2) | 1
    }
}

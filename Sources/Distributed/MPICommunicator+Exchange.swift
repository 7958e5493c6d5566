import CMPI
import Failures

extension MPICommunicator {
    public func beginExchange(_ bytes: [UInt8], sending: [Int], receiving: [Int]) throws(Failure) -> any PendingExchange {
        precondition(sending.count == size && receiving.count == size, "one count for every rank")
        precondition((sending + receiving).allSatisfy { $0 >= 0 }, "counts are at least 0")
        precondition(sending.reduce(0, +) == bytes.count, "the counts of all ranks make up the bytes")
        precondition(sending[rank] == receiving[rank], "what a rank sends to itself it receives")
        try progress.meet("start of an exchange")
        defer { progress.leave() }
        let exchange = MPIExchange(bytes, receiving: receiving.reduce(0, +), self)
        try exchange.begin(sending: sending, receiving: receiving)
        return exchange
    }
}

/// Point-to-point messages between ranks that are on their way, and the memory that MPI reads and writes meanwhile.
@safe private final class MPIExchange: PendingExchange {
    /// No other message of the program has one.
    private static let tag: Int32 = 0

    private let communicator: MPICommunicator
    private let outgoing: UnsafeMutableRawBufferPointer
    private let incoming: UnsafeMutableRawBufferPointer
    private var requests: [ebm_request] = []
    private var isFinished = false

    init(_ bytes: [UInt8], receiving: Int, _ communicator: MPICommunicator) {
        self.communicator = communicator
        unsafe outgoing = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        unsafe incoming = UnsafeMutableRawBufferPointer.allocate(byteCount: receiving, alignment: 64)
        unsafe outgoing.copyBytes(from: bytes)
    }

    deinit {
        // An exchange that failed may still be written by the library: its memory is left to the end of the process, which is near.
        guard isFinished else { return }
        unsafe outgoing.deallocate()
        unsafe incoming.deallocate()
    }

    /// Posts all receives, then all sends. Messages between two ranks arrive in the order of sending, so pieces need no numbers.
    func begin(sending: [Int], receiving: [Int]) throws(Failure) {
        let rank = communicator.rank
        for piece in pieces(receiving) {
            var request = ebm_request()
            let start = unsafe incoming.baseAddress! + piece.start
            let code = unsafe mpi.irecv(start, piece.count, mpi.constants.byte, piece.rank, Self.tag, communicator.handle, &request)
            try check(code, "MPI_Irecv", rank: rank)
            requests.append(request)
        }
        for piece in pieces(sending) {
            var request = ebm_request()
            let start = unsafe outgoing.baseAddress! + piece.start
            let code = unsafe mpi.isend(start, piece.count, mpi.constants.byte, piece.rank, Self.tag, communicator.handle, &request)
            try check(code, "MPI_Isend", rank: rank)
            requests.append(request)
        }
        let (from, to) = (sending[..<rank].reduce(0, +), receiving[..<rank].reduce(0, +))
        if sending[rank] > 0 {
            unsafe (incoming.baseAddress! + to).copyMemory(from: outgoing.baseAddress! + from, byteCount: sending[rank])
        }
    }

    func finish() throws(Failure) -> [UInt8] {
        precondition(!isFinished, "an exchange is finished once")
        try communicator.progress.meet("end of an exchange")
        defer { communicator.progress.leave() }
        // The library moves all messages while it waits for one.
        for index in requests.indices { try check(unsafe mpi.wait(&requests[index]), "MPI_Wait", rank: communicator.rank) }
        isFinished = true
        return unsafe Array(incoming)
    }

    /// The messages of at most `chunkLimit` bytes that runs of so many bytes per other rank make.
    private func pieces(_ counts: [Int]) -> [(rank: Int32, start: Int, count: Int32)] {
        let limit = communicator.chunkLimit
        var start = 0
        var pieces: [(rank: Int32, start: Int, count: Int32)] = []
        for (rank, count) in counts.enumerated() {
            if rank != communicator.rank {
                for offset in stride(from: 0, to: count, by: limit) {
                    pieces.append((Int32(rank), start + offset, Int32(min(limit, count - offset))))
                }
            }
            start += count
        }
        return pieces
    }
}

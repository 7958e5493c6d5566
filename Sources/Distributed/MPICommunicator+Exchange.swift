import CMPI
import Failures

extension MPICommunicator {
    public func exchange(_ values: [Float], counts: [Int]) throws(Failure) -> (values: [Float], counts: [Int]) {
        precondition(counts.count == size && counts.allSatisfy { $0 >= 0 }, "one count, of at least 0, for every rank")
        precondition(counts.reduce(0, +) == values.count, "the counts of all ranks make up the values")
        progress.enter("exchange")
        defer { progress.leave() }
        let outgoing = counts.map(Int64.init)
        var incoming = [Int64](repeating: 0, count: size)
        let code = unsafe MPI_Alltoall(outgoing, 1, ebm_mpi_int64(), &incoming, 1, ebm_mpi_int64(), handle)
        try check(code, "MPI_Alltoall", rank: rank)
        let incomingCounts = incoming.map(Int.init)
        var received = [Float](repeating: 0, count: incomingCounts.reduce(0, +))
        let failed: (code: Int32, call: String) = unsafe received.withUnsafeMutableBufferPointer { received in
            unsafe values.withUnsafeBufferPointer { values in
                unsafe transfer(values, counts, received, incomingCounts)
            }
        }
        try check(failed.code, failed.call, rank: rank)
        return (received, incomingCounts)
    }

    /// Posts all receives, then all sends, and waits for them. Messages between two ranks arrive in the order of sending, so pieces need no
    /// numbers.
    private func transfer(
        _ values: UnsafeBufferPointer<Float>, _ counts: [Int], _ received: UnsafeMutableBufferPointer<Float>, _ incoming: [Int]
    ) -> (Int32, String) {
        var requests: [MPI_Request?] = unsafe []
        for piece in pieces(incoming) {
            var request: MPI_Request?
            let start = unsafe received.baseAddress! + piece.start
            let code = unsafe MPI_Irecv(start, piece.count, ebm_mpi_float(), piece.rank, 0, handle, &request)
            guard code == MPI_SUCCESS else { return (code, "MPI_Irecv") }
            unsafe requests.append(request)
        }
        for piece in pieces(counts) {
            var request: MPI_Request?
            let start = unsafe values.baseAddress! + piece.start
            let code = unsafe MPI_Isend(start, piece.count, ebm_mpi_float(), piece.rank, 0, handle, &request)
            guard code == MPI_SUCCESS else { return (code, "MPI_Isend") }
            unsafe requests.append(request)
        }
        return unsafe (MPI_Waitall(Int32(requests.count), &requests, ebm_mpi_statuses_ignore()), "MPI_Waitall")
    }

    /// The messages of at most `chunkLimit` values that runs of so many values per rank make.
    private func pieces(_ counts: [Int]) -> [(rank: Int32, start: Int, count: Int32)] {
        var start = 0
        var pieces: [(rank: Int32, start: Int, count: Int32)] = []
        for (rank, count) in counts.enumerated() {
            for offset in stride(from: 0, to: count, by: chunkLimit) {
                pieces.append((Int32(rank), start + offset, Int32(min(chunkLimit, count - offset))))
            }
            start += count
        }
        return pieces
    }
}

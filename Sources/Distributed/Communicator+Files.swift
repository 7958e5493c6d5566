import Failures
import Files
import Glibc

/// Files that all ranks write together, every rank through a descriptor of its own.
///
/// Plain positioned writes, and not MPI-IO: Open MPI 4.1.4 loses errors. On a full file system `MPI_File_write_at_all` reports success and the
/// full count, an error of `close` in `MPI_File_close` is not seen, a signal in `MPI_File_open` is a failure, and where one rank fails the others
/// wait in collective calls for ever. Pieces that do not overlap need nothing else; ranks agree on the outcome themselves.
extension Communicator {
    /// Collective. Writes one file of `size` bytes together: rank 0 creates it (it must not exist), every rank writes its pieces at their global
    /// offsets, then all sync and close.
    ///
    /// Pieces must not overlap; bytes that no piece covers are zero. If one rank fails, every rank throws the same
    /// `Failure(.inputOutput)` with the path, the rank, the call and the system's message, and the file is of no use any more.
    public func write(_ pieces: [FilePiece], to path: String, size: Int) throws(Failure) {
        precondition(pieces.allSatisfy { $0.end <= size }, "a piece reaches beyond the \(size) bytes of \(path)")
        // Ranks wait in what they agree on; writing is work of their own.
        progress.note("write")
        // With its full size from the start, so that a node knows which pages of the file are not its own.
        try onRoot {
            try named { () throws(SystemCallError) in
                let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
                try file.resize(to: size)
                try file.close()
            }
        }
        try agree {
            progress.note("write")
            try named { () throws(SystemCallError) in
                let file = try OpenFile(path, O_WRONLY | O_NOFOLLOW)
                for piece in pieces { try file.write(piece.bytes, at: piece.offset) }
                try file.sync()
                try file.close()
            }
        }
    }

    /// Says which rank it was, where there are several.
    private func named(_ body: () throws(SystemCallError) -> Void) throws(Failure) {
        do {
            try body()
        } catch {
            let failure = Failure(error)
            throw size == 1 ? failure : Failure(failure.kind, "rank \(rank): \(failure.message)")
        }
    }
}

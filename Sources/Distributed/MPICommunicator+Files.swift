import CMPI
import Failures
import Glibc

/// Shared files by MPI-IO, every rank through a handle of its own.
///
/// Open MPI 4.1.4 cannot be trusted with the collective calls when something fails: on a full file system `MPI_File_write_at_all` reports
/// success and the full count (the bytes are lost without a sign), after an error of one aggregating rank the others wait in it for ever,
/// and `MPI_File_open` over all ranks never returns if one of them cannot open. So files are opened over `MPI_COMM_SELF` and written
/// with `MPI_File_write_at`, the bytes that reached the file are read from its status (its return value is success even then), and the
/// ranks agree on the outcome themselves.
extension MPICommunicator {
    public func write(_ pieces: [FilePiece], to path: String, size: Int) throws(Failure) {
        precondition(pieces.allSatisfy { $0.end <= size }, "a piece reaches beyond the \(size) bytes of \(path)")
        // Ranks wait in what they agree on; writing is work of their own.
        progress.note("write")
        try onRoot {
            let failure = ExclusiveFile.failure(path: path) { () throws(SystemCallError) in
                try ExclusiveFile(creating: path, size: size).close()
            }
            if let failure { throw named(failure) }
        }
        try agree {
            progress.note("write")
            var file = try unsafe openShared(path)
            do {
                for piece in pieces { try unsafe write(piece, file, path) }
                errno = 0
                try checkFile(unsafe MPI_File_sync(file), "MPI_File_sync", path)
            } catch {
                // What was written is of no use any more; the first error is the one to tell.
                unsafe MPI_File_close(&file)
                throw error
            }
            errno = 0
            try checkFile(unsafe MPI_File_close(&file), "MPI_File_close", path)
        }
    }

    private func openShared(_ path: String) throws(Failure) -> MPI_File? {
        var file: MPI_File?
        // Open MPI refuses a name without any slash.
        let name = path.contains("/") ? path : "./" + path
        let code = unsafe MPI_File_open(ebm_mpi_comm_self(), name, Int32(MPI_MODE_WRONLY), ebm_mpi_info_null(), &file)
        // Later calls of the library have overwritten the errno of the one that failed.
        errno = 0
        try checkFile(code, "MPI_File_open", path)
        return unsafe file
    }

    private func write(_ piece: FilePiece, _ file: MPI_File?, _ path: String) throws(Failure) {
        var done = 0
        while done < piece.bytes.count {
            let count = min(chunkLimit, piece.bytes.count - done)
            var status = MPI_Status()
            var written: Int32 = 0
            errno = 0
            let code = unsafe piece.bytes.withUnsafeBytes { bytes in
                unsafe MPI_File_write_at(
                    file, MPI_Offset(piece.offset + done), bytes.baseAddress! + done, Int32(count), ebm_mpi_byte(), &status)
            }
            let systemCode = errno
            try checkFile(code, "MPI_File_write_at", path)
            try checkFile(unsafe MPI_Get_count(&status, ebm_mpi_byte(), &written), "MPI_Get_count", path)
            if written == 0 && systemCode == EINTR { continue }
            guard written > 0 else {
                let reason = systemCode == 0 ? "no byte was written" : unsafe String(cString: strerror(systemCode))
                throw named(Failure(.inputOutput, "cannot write \(path): MPI_File_write_at: \(reason)"))
            }
            done += Int(written)
        }
    }

    /// `check` with the path, and with the system's message where it left one.
    private func checkFile(_ code: Int32, _ call: String, _ path: String) throws(Failure) {
        let systemCode = errno
        guard code != MPI_SUCCESS else { return }
        let system = systemCode == 0 ? "" : unsafe " (" + String(cString: strerror(systemCode)) + ")"
        throw named(Failure(.inputOutput, "cannot write \(path): \(call): \(errorText(of: code))\(system)"))
    }

    private func named(_ failure: Failure) -> Failure {
        Failure(failure.kind, "rank \(rank): \(failure.message)")
    }
}

import CMPI
import Failures
import Glibc

/// Shared files by MPI-IO.
///
/// The pieces are written with the independent `MPI_File_write_at`, and the number of bytes that reached the file is read from its status:
/// on a full file system Open MPI 4.1.4 returns `MPI_SUCCESS` from both calls, the collective `MPI_File_write_at_all` also reports the
/// full count (the bytes are lost without a sign), and after an error of one aggregating rank the others wait in it for ever.
extension MPICommunicator {
    public func write(_ pieces: [FilePiece], to path: String, size: Int) throws(Failure) {
        precondition(pieces.allSatisfy { $0.end <= size }, "a piece reaches beyond the \(size) bytes of \(path)")
        progress.enter("write")
        defer { progress.leave() }
        try onRoot {
            let failure = ExclusiveFile.failure(path: path) { () throws(SystemCallError) in
                try ExclusiveFile(creating: path, size: size).close()
            }
            if let failure { throw named(failure) }
        }
        // A rank that cannot open leaves the others with a handle they cannot close, as closing is collective: it stays open.
        var file = try unsafe agree { unsafe try openShared(path) }
        let failure = unsafe writeAndSync(pieces, file, path)
        errno = 0
        let closed = unsafe MPI_File_close(&file)
        if let failure { throw failure }
        try agree { try checkFile(closed, "MPI_File_close", path) }
    }

    /// Writes and syncs, and gives the failure that all ranks agreed on. All ranks still hold the file open then.
    private func writeAndSync(_ pieces: [FilePiece], _ file: MPI_File?, _ path: String) -> Failure? {
        do {
            try agree {
                for piece in pieces { unsafe try write(piece, file, path) }
            }
            try agree {
                errno = 0
                try checkFile(unsafe MPI_File_sync(file), "MPI_File_sync", path)
            }
            return nil
        } catch {
            return error
        }
    }

    private func openShared(_ path: String) throws(Failure) -> MPI_File? {
        var file: MPI_File?
        // Open MPI refuses a name without any slash.
        let name = path.contains("/") ? path : "./" + path
        errno = 0
        let code = unsafe MPI_File_open(handle, name, Int32(MPI_MODE_WRONLY), ebm_mpi_info_null(), &file)
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

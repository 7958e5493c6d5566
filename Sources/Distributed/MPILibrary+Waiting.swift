import CMPI

extension MPILibrary {
    /// Whether a rank that waits gives its core to others: what Open MPI has made of its variables, options and files. Nil where the library does not say.
    ///
    /// Asked through the tool interface of MPI, which may be used whether MPI is started or not.
    public static var yieldsWhenIdle: Bool? {
        var provided: Int32 = 0
        guard unsafe MPI_T_init_thread(Int32(MPI_THREAD_SINGLE), &provided) == MPI_SUCCESS else { return nil }
        defer { MPI_T_finalize() }
        var (index, count): (Int32, Int32) = (0, 0)
        var handle: MPI_T_cvar_handle?
        guard unsafe MPI_T_cvar_get_index("mpi_yield_when_idle", &index) == MPI_SUCCESS,
            unsafe MPI_T_cvar_handle_alloc(index, nil, &handle, &count) == MPI_SUCCESS
        else { return nil }
        defer { unsafe MPI_T_cvar_handle_free(&handle) }
        // A truth value of one byte, or an integer in other versions.
        var value: UInt64 = 0
        guard count == 1, unsafe MPI_T_cvar_read(handle, &value) == MPI_SUCCESS else { return nil }
        return value != 0
    }
}

import CMPI

extension MPILibrary {
    /// Whether a rank that waits gives its core to others: what the library has made of its variables, options and files. Nil where it does not say.
    ///
    /// Asked through the tool interface of MPI, which may be used whether MPI is started or not.
    public static var yieldsWhenIdle: Bool? {
        guard let yield = family?.yield else { return nil }
        var provided: Int32 = 0
        // MPI_THREAD_SINGLE is 0 in all interfaces.
        guard unsafe mpi.t_init_thread(0, &provided) == 0 else { return nil }
        defer { _ = mpi.t_finalize() }
        var (index, count): (Int32, Int32) = (0, 0)
        var handle: UnsafeMutableRawPointer?
        guard unsafe mpi.t_cvar_get_index(yield.variable, &index) == 0, unsafe mpi.t_cvar_handle_alloc(index, &handle, &count) == 0
        else { return nil }
        defer { _ = unsafe mpi.t_cvar_handle_free(&handle) }
        // A truth value of one byte, or an integer in other versions.
        var value: UInt64 = 0
        guard count == 1, unsafe mpi.t_cvar_read(handle, &value) == 0 else { return nil }
        return value != 0
    }

    /// A sentence on how waiting ranks are made to give up their core; nil where they do, or the library does not say.
    public static var yieldAdvice: String? {
        guard let yield = family?.yield, yieldsWhenIdle == false else { return nil }
        return "set \(yield.setting), so that waiting ranks give up their core"
    }
}

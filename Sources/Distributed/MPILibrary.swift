import CMPI

/// The MPI that the program was linked with.
public enum MPILibrary {
    /// Name and version, for example `Open MPI v4.1.4`. May be asked before MPI is started.
    public static var version: String {
        var text = [UInt8](repeating: 0, count: Int(MPI_MAX_LIBRARY_VERSION_STRING))
        var length: Int32 = 0
        let code = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe MPI_Get_library_version(bytes.assumingMemoryBound(to: CChar.self).baseAddress, &length)
        }
        guard code == MPI_SUCCESS, length > 0 else { return "unknown" }
        // Open MPI goes on with package, build host and date, which say nothing about behaviour.
        return String(decoding: text.prefix(Int(length)).prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)
    }
}

import CMPI
import Failures

/// Turns the error code of an MPI call into a failure with the library's message, the rank and the call's name.
///
/// Every MPI call of the program goes through here; the communicators return errors instead of ending the job. MPI_SUCCESS is 0 in all interfaces.
func check(_ code: Int32, _ call: String, _ kind: Failure.Kind = .software, rank: Int) throws(Failure) {
    guard code != 0 else { return }
    throw Failure(kind, "rank \(rank): \(call) failed: \(errorText(of: code))")
}

/// The library's words for an error code.
func errorText(of code: Int32) -> String {
    // MPI_MAX_ERROR_STRING is at most 512.
    var text = [CChar](repeating: 0, count: 512 + 1)
    var length: Int32 = 0
    guard unsafe mpi.error_string(code, &text, &length) == 0 else { return "MPI error \(code)" }
    return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
}

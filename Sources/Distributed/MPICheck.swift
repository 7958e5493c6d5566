import CMPI
import Failures

/// Turns the error code of an MPI call into a failure with the library's message, the rank and the call's name.
///
/// Every MPI call of the program goes through here; the communicators return errors instead of ending the job.
func check(_ code: Int32, _ call: String, _ kind: Failure.Kind = .software, rank: Int) throws(Failure) {
    guard code != MPI_SUCCESS else { return }
    throw Failure(kind, "rank \(rank): \(call) failed: \(errorText(of: code))")
}

/// The library's words for an error code.
func errorText(of code: Int32) -> String {
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
    var length: Int32 = 0
    guard unsafe MPI_Error_string(code, &text, &length) == MPI_SUCCESS else { return "MPI error \(code)" }
    return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
}

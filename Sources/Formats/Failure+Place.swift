import Failures
import Glibc

extension Failure {
    /// A file that is not what its format promises: the place, what stands there, and what to do.
    package static func damaged(_ file: String, byte offset: Int, expected: String, found: String, fix: String) -> Failure {
        Failure(.data, "\(file): byte \(offset): expected \(expected), found \(found). \(fix)")
    }

    /// A system call that failed with an error number.
    static func system(_ kind: Kind, _ file: String, _ action: String, _ code: Int32) -> Failure {
        let reason = unsafe String(cString: strerror(code))
        return Failure(kind, "\(file): \(action) failed: \(reason) (errno \(code)).\(advice(code))")
    }

    private static func advice(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: " Free some space, or choose another folder."
        case EACCES, EPERM, EROFS: " Check the permissions of the file and of its folder."
        case ENOENT: " Check the spelling of the path."
        default: ""
        }
    }
}

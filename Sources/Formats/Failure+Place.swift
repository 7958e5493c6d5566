import Failures

extension Failure {
    /// A file that is not what its format promises: the place, what stands there, and what to do.
    package static func damaged(_ file: String, byte offset: Int, expected: String, found: String, fix: String) -> Failure {
        Failure(.data, "\(file): byte \(offset): expected \(expected), found \(found). \(fix)")
    }
}

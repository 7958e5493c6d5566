import Glibc

/// What stands at a path.
package enum PathKind: Sendable {
    case nothing
    case folder
    /// A regular file, or something else that opening will tell.
    case file

    package init(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            self = .nothing
            return
        }
        self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }
}

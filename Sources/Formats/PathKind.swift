import Files

/// What stands at a path.
package enum PathKind: Sendable {
    case nothing
    case folder
    /// A regular file, or something else that opening will tell: another kind, or no permission to look.
    case file

    package init(_ path: String) {
        do {
            switch try FileSystem.kind(of: path) {
            case nil: self = .nothing
            case .folder: self = .folder
            default: self = .file
            }
        } catch {
            self = .file
        }
    }

    /// The names in a folder, in no order; none where it cannot be read.
    package static func names(in folder: String) -> [String] { (try? FileSystem.names(in: folder)) ?? [] }
}

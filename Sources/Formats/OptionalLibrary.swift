import Failures

/// A library that the program can be built without; then it reads fewer files.
package enum OptionalLibrary: String, CaseIterable, Sendable {
    case hdf5 = "HDF5"
    case turboJPEG = "libjpeg-turbo"

    package var isThere: Bool {
        switch self {
        case .hdf5:
            #if canImport(CHDF5)
            true
            #else
            false
            #endif
        case .turboJPEG:
            #if canImport(CTurboJPEG)
            true
            #else
            false
            #endif
        }
    }

    private var package: String { self == .hdf5 ? "libhdf5-dev" : "libturbojpeg0-dev" }

    /// Why a file cannot be read, or written, by a program that was built without.
    package func absence(_ path: String, instead: String) -> Failure {
        Failure(
            .data,
            "\(path): this program was built without \(rawValue), which such files need. Install it with its headers (Debian: \(package)), build "
                + "again, or \(instead)")
    }
}

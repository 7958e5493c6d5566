import Failures

/// HDF5 files, and what is written as such: NetCDF-4, MATLAB 7.3, pandas' fixed tables.
///
/// Source: The HDF Group, "HDF5 File Format Specification Version 3.0", https://docs.hdfgroup.org/hdf5/develop/_f_m_t3.html.
package enum HDF5 {
    private static let magic: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

    /// Whether a file begins like one: something of a user may stand in front.
    package static func recognises(_ head: [UInt8]) -> Bool {
        [0, 512, 1024, 2048].contains { head.count >= $0 && head[$0...].starts(with: magic) }
    }

    /// - Throws: `.data` for a damaged file, or in a program that was built without the library.
    package static func open(_ file: DataFile) throws(Failure) -> any ArrayFile {
        #if canImport(CHDF5)
        return try HDF5File(file)
        #else
        throw OptionalLibrary.hdf5.absence(file.path, instead: "convert the file, for example to .npy with h5py and numpy.save.")
        #endif
    }
}

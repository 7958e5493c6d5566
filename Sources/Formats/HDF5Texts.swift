#if canImport(CHDF5)
import CHDF5

/// Texts of an attribute or a dataset.
enum HDF5Texts {
    private static let mostBytes = 1 << 24

    /// - Parameter read: fills a buffer with values of the type.
    /// - Returns: nil for other types, or more than 16 MiB.
    static func read(_ type: HDF5Object, _ space: HDF5Object, _ read: (UnsafeMutableRawPointer) -> herr_t) -> [String]? {
        let count = Int(H5Sget_simple_extent_npoints(space.id))
        guard H5Tget_class(type.id) == H5T_STRING, count > 0, count <= mostBytes else { return nil }
        if H5Tis_variable_str(type.id) > 0 { return unsafe variable(type, space, count, read) }
        let size = H5Tget_size(type.id)
        guard size > 0, size <= mostBytes / count else { return nil }
        var bytes = [UInt8](repeating: 0, count: count * size)
        guard unsafe bytes.withUnsafeMutableBytes({ unsafe read($0.baseAddress!) }) >= 0 else { return nil }
        return (0..<count).map { place in
            let text = bytes[place * size..<(place + 1) * size].prefix { $0 != 0 }
            return String(
                decoding: text.prefix((text.lastIndex { $0 != 0x20 } ?? text.startIndex - 1) + 1 - text.startIndex), as: UTF8.self)
        }
    }

    private static func variable(
        _ type: HDF5Object, _ space: HDF5Object, _ count: Int, _ read: (UnsafeMutableRawPointer) -> herr_t
    ) -> [String]? {
        var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
        return unsafe pointers.withUnsafeMutableBytes { bytes in
            guard unsafe read(bytes.baseAddress!) >= 0 else { return nil }
            defer { _ = unsafe H5Dvlen_reclaim(type.id, space.id, ebm_h5_default(), bytes.baseAddress) }
            return unsafe bytes.bindMemory(to: UnsafeMutablePointer<CChar>?.self).map { text in
                unsafe text.map { unsafe String(cString: $0) } ?? ""
            }
        }
    }
}
#endif

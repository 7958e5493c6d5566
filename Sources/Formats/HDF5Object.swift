#if canImport(CHDF5)
import CHDF5
import Failures
import Synchronization

/// An object of the HDF5 library, released with its last use.
final class HDF5Object {
    let id: hid_t
    private let release: (hid_t) -> herr_t

    /// - Parameter id: what the library has answered; nil where that is an error.
    init?(_ id: hid_t, _ release: @escaping (hid_t) -> herr_t) {
        guard id >= 0 else { return nil }
        (self.id, self.release) = (id, release)
    }

    deinit { _ = release(id) }

    /// The library is not made for several threads.
    private static let lock = Mutex(())

    /// Works with the library, alone.
    static func alone<T>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
        var result = Result<T, Failure>.failure(Failure(.software, "the HDF5 library cannot start"))
        lock.withLock { _ in
            if ebm_h5_start() != 0 { result = Result { () throws(Failure) in try body() } }
        }
        return try result.get()
    }

    /// Opens a file for reading.
    static func open(_ file: DataFile) throws(Failure) -> HDF5Object {
        guard let access = HDF5Object(H5Pcreate(ebm_h5_file_access()), H5Pclose) else {
            throw Failure(.software, "the HDF5 library cannot start")
        }
        var id: hid_t = -1
        if file.isPlain {
            ebm_h5_without_locks(access.id)
            id = unsafe H5Fopen(file.path, 0, access.id)
        } else {
            var bytes = try file.bytes()
            let isSet = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe H5Pset_fapl_core(access.id, 1 << 20, false) >= 0
                    && H5Pset_file_image(access.id, bytes.baseAddress, bytes.count) >= 0
            }
            if isSet { id = unsafe H5Fopen("image", 0, access.id) }
        }
        guard let opened = HDF5Object(id, H5Fclose) else {
            throw Failure(.data, "\(file.path): expected an HDF5 file, found a damaged or truncated one. Write or fetch it again.")
        }
        return opened
    }

    /// A group or dataset inside of this one.
    func object(_ name: String) -> HDF5Object? {
        HDF5Object(unsafe H5Oopen(id, name, ebm_h5_default()), H5Oclose)
    }

    var isGroup: Bool { H5Iget_type(id) == H5I_GROUP }
    var isDataset: Bool { H5Iget_type(id) == H5I_DATASET }

    /// The names in a group, but for links to elsewhere, in the order of the alphabet.
    var names: [String] {
        var info = H5G_info_t()
        guard unsafe H5Gget_info(id, &info) >= 0 else { return [] }
        return (0..<min(info.nlinks, HDF5File.mostObjects)).compactMap { place in
            let length = unsafe H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, place, nil, 0, ebm_h5_default())
            guard length > 0, length < 1 << 16 else { return nil }
            var text = [CChar](repeating: 0, count: length + 1)
            let read = unsafe text.withUnsafeMutableBufferPointer { text in
                unsafe H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, place, text.baseAddress, text.count, ebm_h5_default())
            }
            let name = String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return unsafe read == length && ebm_h5_is_hard_link(id, name) != 0 ? name : nil
        }
    }

    // MARK: attributes

    func has(_ attribute: String) -> Bool { unsafe H5Aexists(id, attribute) > 0 }

    /// The texts of an attribute; nil where there is none of texts.
    func texts(_ attribute: String) -> [String]? {
        guard has(attribute), let opened = HDF5Object(unsafe H5Aopen(id, attribute, ebm_h5_default()), H5Aclose),
            let type = HDF5Object(H5Aget_type(opened.id), H5Tclose), let space = HDF5Object(H5Aget_space(opened.id), H5Sclose)
        else { return nil }
        return unsafe HDF5Texts.read(type, space) { target in unsafe H5Aread(opened.id, type.id, target) }
    }

    /// The number of an attribute that has one.
    func number(_ attribute: String) -> Double? {
        guard has(attribute), let opened = HDF5Object(unsafe H5Aopen(id, attribute, ebm_h5_default()), H5Aclose),
            let space = HDF5Object(H5Aget_space(opened.id), H5Sclose), H5Sget_simple_extent_npoints(space.id) == 1
        else { return nil }
        var value = 0.0
        return unsafe H5Aread(opened.id, ebm_h5_double(), &value) >= 0 ? value : nil
    }
}
#endif

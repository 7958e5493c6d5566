import Failures
import Files

#if canImport(CHDF5)
import CHDF5
#endif

/// What stands around the numbers of an HDF5 file with one array, so that many ranks can write them in pieces: as `NPY.header` for another format.
package struct HDF5Layout {
    /// The bytes in front of the numbers, and behind them.
    package let head: [UInt8]
    package let tail: [UInt8]
    /// The name of the array.
    package static let array = "data"

    /// Both, so that one rank can tell the others.
    package func encoded() -> [UInt8] { NumericArray.Values.int64([Int64(head.count)]).littleEndianBytes + head + tail }

    /// What `encoded` gave.
    package init(encoded bytes: [UInt8]) {
        let count = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        (head, tail) = (Array(bytes[8..<8 + count]), Array(bytes[(8 + count)...]))
    }

    #if canImport(CHDF5)
    /// More names do not fit the header of an array.
    private static let mostNameBytes = 60_000

    /// Makes the file without its numbers, at a path where nothing stands, and takes it away again.
    /// - Parameters:
    ///   - type: `float32` or `float64`.
    ///   - columns: the names of a row's values, which stand in the attribute `columns`; nil: none.
    /// - Throws: `.inputOutput` where no file can be made.
    package init(_ type: NumberType, shape: [Int], columns: [String]?, at path: String) throws(Failure) {
        let start = try HDF5Object.alone { () throws(Failure) in
            guard let start = Self.make(type, shape, columns, path) else {
                throw Failure(.inputOutput, "\(path): the HDF5 library could not make this file. Is the disk full?")
            }
            return start
        }
        let file = try InputFile(path)
        let end = start + shape.reduce(type.size, *)
        (head, tail) = (try file.bytes(in: 0..<start), try file.bytes(in: min(end, file.size)..<file.size))
        do { try FileSystem.remove(path) } catch { throw Failure(error) }
    }

    /// - Returns: where the numbers stand; nil where something failed.
    private static func make(_ type: NumberType, _ shape: [Int], _ columns: [String]?, _ path: String) -> Int? {
        let sizes = shape.map { hsize_t($0) }
        // 2: a file that is there is no success (H5F_ACC_EXCL is 4).
        guard let file = HDF5Object(unsafe H5Fcreate(path, 4, ebm_h5_default(), ebm_h5_default()), H5Fclose),
            let space = HDF5Object(unsafe H5Screate_simple(Int32(shape.count), sizes, nil), H5Sclose),
            let creation = HDF5Object(H5Pcreate(ebm_h5_dataset_creation()), H5Pclose),
            H5Pset_alloc_time(creation.id, H5D_ALLOC_TIME_EARLY) >= 0, H5Pset_fill_time(creation.id, H5D_FILL_TIME_NEVER) >= 0,
            H5Pset_obj_track_times(creation.id, false) >= 0
        else { return nil }
        let number = type == .float32 ? ebm_h5_file_float() : ebm_h5_file_double()
        let made = unsafe H5Dcreate2(file.id, array, number, space.id, ebm_h5_default(), creation.id, ebm_h5_default())
        guard let data = HDF5Object(made, H5Dclose) else { return nil }
        if let columns { guard name(columns, of: data) else { return nil } }
        return Int(exactly: H5Dget_offset(data.id))
    }

    private static func name(_ columns: [String], of data: HDF5Object) -> Bool {
        let width = max(1, columns.map(\.utf8.count).max() ?? 1)
        guard width * columns.count <= mostNameBytes else { return true }
        let bytes = columns.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: width - $0.utf8.count) }
        let count = [hsize_t(columns.count)]
        guard let text = HDF5Object(H5Tcopy(ebm_h5_text()), H5Tclose), H5Tset_size(text.id, width) >= 0,
            H5Tset_cset(text.id, H5T_CSET_UTF8) >= 0, H5Tset_strpad(text.id, H5T_STR_NULLPAD) >= 0,
            let space = HDF5Object(unsafe H5Screate_simple(1, count, nil), H5Sclose),
            let names = HDF5Object(unsafe H5Acreate2(data.id, "columns", text.id, space.id, ebm_h5_default(), ebm_h5_default()), H5Aclose)
        else { return false }
        return unsafe bytes.withUnsafeBytes { unsafe H5Awrite(names.id, text.id, $0.baseAddress) } >= 0
    }
    #else
    package init(_: NumberType, shape _: [Int], columns _: [String]?, at path: String) throws(Failure) {
        throw OptionalLibrary.hdf5.absence(path, instead: "write .npy or .csv.")
    }
    #endif
}

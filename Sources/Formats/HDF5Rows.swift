#if canImport(CHDF5)
import CHDF5
import Failures

/// Rows of an array of an HDF5 file, read by the part of its space that they are: contiguous, in chunks, compressed.
///
/// Unchecked: what belongs to the library is touched where nobody else works with it alone.
final class HDF5Rows: NumericRows, @unchecked Sendable {
    let place: RowsPlace
    let type: NumberType
    let isCompressed: Bool
    /// The names of a row's values.
    let titles: [String]?
    private let file: InputFile
    private let number: HDF5Dataset.Number
    /// A number that stands for none.
    private let fill: Double?
    private var opened: (file: HDF5Object, dataset: HDF5Dataset)?

    /// - Parameter name: of the array.
    /// - Returns: nil for what has to be read whole: tables, packed numbers, numbers whose conversion depends on all of them, and arrays with less stored than
    ///   they promise.
    init?(_ path: String, array name: String) throws(Failure) {
        let source = try DataFile(path)
        file = try InputFile(path)
        let found = try HDF5Object.alone { () throws(Failure) -> (HDF5Object, HDF5Dataset, HDF5Dataset.Number, [Int])? in
            let opened = try HDF5Object.open(source)
            guard let object = opened.object(name), object.isDataset, let dataset = HDF5Dataset(object),
                case .number(let number) = dataset.element,
                let shape = dataset.shape, shape.count > 1, !shape.contains(0), dataset.isWhole(number), !dataset.isPacked
            else { return nil }
            return (opened, dataset, number, shape)
        }
        guard let (opened, dataset, number, shape) = found, let type = number.number.type else { return nil }
        let facts = try HDF5Object.alone { () throws(Failure) in
            (dataset.isFiltered, dataset.titles(of: shape), dataset.object.number("_FillValue"))
        }
        (self.number, self.type) = (number, type)
        (isCompressed, titles, fill) = (facts.0, facts.1, facts.2.flatMap { $0.isFinite ? $0 : nil })
        place = RowsPlace(path: path, .array(name), shape: shape)
        self.opened = (opened, dataset)
    }

    deinit {
        // Closing is work with the library too.
        try? HDF5Object.alone { () throws(Failure) in opened = nil }
    }

    var fileSize: Int { file.size }
    var modified: Int { get throws(Failure) { try file.modified } }

    func rows(_ range: Range<Int>) throws(Failure) -> NumericArray.Values {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "rows \(range) of \(count)")
        guard case .array(let name) = place.form else { preconditionFailure("rows of an array have its name") }
        let bytes = try HDF5Object.alone { () throws(Failure) in opened?.dataset.bytes(of: range, number, shape) }
        guard let bytes else {
            let size = width * number.number.size
            throw Failure(
                .inputOutput,
                "\(place.path): \(name): row \(range.lowerBound) from 0 or one of the \(range.count - 1) behind it: expected \(size) bytes a row, which the HDF5 "
                    + "library cannot read: the file is damaged, has become shorter while it was in use, or is compressed by a filter that is not at hand. Bring "
                    + "the file back as it was and start the same command again: a training goes on from its last checkpoint.")
        }
        let values = number.number.values(bytes[...])
        if let fill, let place = HDF5Dataset.place(of: fill, in: values) {
            throw HDF5Dataset.missing(fill, row: range.lowerBound + place / width, self.place.path, name)
        }
        return values
    }
}

extension HDF5Dataset {
    /// Whether rows are inflated, or otherwise made, together with others.
    fileprivate var isFiltered: Bool {
        HDF5Object(H5Dget_create_plist(object.id), H5Pclose).map { H5Pget_nfilters($0.id) > 0 } ?? true
    }

    /// The bytes of some rows, as the library has them in memory; nil where it cannot read them.
    fileprivate func bytes(of range: Range<Int>, _ number: Number, _ shape: [Int]) -> [UInt8]? {
        let start = [hsize_t(range.lowerBound)] + shape.dropFirst().map { _ in 0 }
        let counts = [hsize_t(range.count)] + shape.dropFirst().map { hsize_t($0) }
        guard let space = HDF5Object(H5Dget_space(object.id), H5Sclose),
            unsafe H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, counts, nil) >= 0,
            let memory = HDF5Object(unsafe H5Screate_simple(Int32(counts.count), counts, nil), H5Sclose)
        else { return nil }
        let size = counts.reduce(number.number.size) { $0 * Int($1) }
        var answer: herr_t = -1
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, made in
            answer = unsafe H5Dread(object.id, number.memory, memory.id, space.id, ebm_h5_default(), target.baseAddress)
            made = answer < 0 ? 0 : size
        }
        return answer < 0 ? nil : bytes
    }
}
#endif

#if canImport(CHDF5)
import CHDF5
import Failures

/// A dataset of an HDF5 file: what it holds, and its numbers.
struct HDF5Dataset {
    /// A number of a dataset, and the type of the library that it is read as.
    struct Number {
        let number: BinaryNumber
        let memory: hid_t
    }

    enum Element {
        case number(Number)
        /// The fields of a record; nil for those that are no number.
        case record([(name: String, number: Number?)])
        case text
        case other
    }

    let element: Element
    /// Nil for what has no simple extent.
    let shape: [Int]?
    let object: HDF5Object

    private static let mostFields = 4096
    private static let greatestRank = 32
    /// Compressed numbers are not larger than so many times what is stored.
    private static let mostExpansion = 1 << 12

    init?(_ object: HDF5Object) {
        guard let type = HDF5Object(H5Dget_type(object.id), H5Tclose), let space = HDF5Object(H5Dget_space(object.id), H5Sclose) else {
            return nil
        }
        element = Self.element(type)
        shape = Self.shape(space)
        self.object = object
    }

    private static func shape(_ space: HDF5Object) -> [Int]? {
        let rank = Int(H5Sget_simple_extent_ndims(space.id))
        guard H5Sget_simple_extent_type(space.id) == H5S_SIMPLE, (1...greatestRank).contains(rank) else { return nil }
        var sizes = [hsize_t](repeating: 0, count: rank)
        guard unsafe sizes.withUnsafeMutableBufferPointer({ unsafe H5Sget_simple_extent_dims(space.id, $0.baseAddress, nil) }) == rank
        else { return nil }
        let shape = sizes.compactMap { Int(exactly: $0) }
        return shape.count == rank ? shape : nil
    }

    private static func element(_ type: HDF5Object) -> Element {
        if let number = number(type) { return .number(number) }
        switch H5Tget_class(type.id) {
        case H5T_STRING: return .text
        case H5T_COMPOUND:
            let count = Int(H5Tget_nmembers(type.id))
            guard (1...mostFields).contains(count) else { return .other }
            return .record(
                (0..<UInt32(count)).map { place in
                    guard let member = HDF5Object(H5Tget_member_type(type.id, place), H5Tclose) else { return ("", nil) }
                    let text = unsafe H5Tget_member_name(type.id, place)
                    defer { _ = unsafe H5free_memory(text) }
                    return (unsafe text.map { unsafe String(cString: $0) } ?? "", number(member))
                })
        default: return .other
        }
    }

    private static func number(_ type: HDF5Object) -> Number? {
        let size = H5Tget_size(type.id)
        switch H5Tget_class(type.id) {
        case H5T_FLOAT: return size <= 4 ? known(.float, 4) : known(.float, 8)
        case H5T_INTEGER: return known(H5Tget_sign(type.id) == H5T_SGN_NONE ? .unsigned : .signed, size)
        // PyTables has truth values as bits, h5py as an enumeration of two.
        case H5T_BITFIELD: return size == 1 ? known(.truth, 1, ebm_h5_bits()) : nil
        case H5T_ENUM:
            if size == 1, H5Tget_nmembers(type.id) == 2 { return known(.truth, 1, ebm_h5_int8()) }
            guard let base = HDF5Object(H5Tget_super(type.id), H5Tclose) else { return nil }
            return number(base)
        default: return nil
        }
    }

    private static func known(_ kind: BinaryNumber.Kind, _ size: Int, _ memory: hid_t? = nil) -> Number? {
        let own: hid_t? =
            switch (kind, size) {
            case (.float, 4): ebm_h5_float()
            case (.float, 8): ebm_h5_double()
            case (.signed, 1): ebm_h5_int8()
            case (.signed, 2): ebm_h5_int16()
            case (.signed, 4): ebm_h5_int32()
            case (.signed, 8): ebm_h5_int64()
            case (.unsigned, 1): ebm_h5_uint8()
            case (.unsigned, 2): ebm_h5_uint16()
            case (.unsigned, 4): ebm_h5_uint32()
            case (.unsigned, 8): ebm_h5_uint64()
            default: nil
            }
        guard let memory = memory ?? own, let number = BinaryNumber(kind, size: size) else { return nil }
        return Number(number: number, memory: memory)
    }

    /// Whether it could be rows.
    var isOfNumbers: Bool {
        switch element {
        case .number: shape != nil
        case .record: shape?.count == 1
        case .text, .other: false
        }
    }

    /// Whether it holds the coordinates along an index of others, as NetCDF-4 has it.
    var isAxis: Bool { object.texts("CLASS") == ["DIMENSION_SCALE"] }

    // MARK: values

    /// All numbers.
    /// - Parameter place: the file and the name, for messages.
    func array(_ file: DataFile, _ name: String) throws(Failure) -> NumericArray {
        guard case .number(let number) = element, let shape else { throw refusal(file, name) }
        if isPacked {
            throw Failure(
                .data,
                "\(file.path): \(name): expected plain numbers, found packed ones (scale_factor, add_offset). Unpack them, for example with xarray."
            )
        }
        let values = try read(number, memory: number.memory, shape, file, name)
        try refuseFill(values, shape, file, name)
        return NumericArray(shape: shape, values)
    }

    /// Whether its numbers are to be scaled and shifted.
    var isPacked: Bool { object.has("scale_factor") || object.has("add_offset") }

    /// NetCDF writes a number of its own where there is none.
    private func refuseFill(_ values: NumericArray.Values, _ shape: [Int], _ file: DataFile, _ name: String) throws(Failure) {
        guard let fill = object.number("_FillValue"), fill.isFinite else { return }
        guard let place = Self.place(of: fill, in: values) else { return }
        throw Self.missing(fill, row: place / max(1, shape.dropFirst().reduce(1, *)), file.path, name)
    }

    static func place(of fill: Double, in values: NumericArray.Values) -> Int? {
        (values.doubles ?? values.floats.map { Double($0) }).firstIndex(of: fill)
    }

    static func missing(_ fill: Double, row: Int, _ path: String, _ name: String) -> Failure {
        Failure(
            .data,
            "\(path): \(name): row \(row) from 0: expected a number, found \(fill), which stands for none (_FillValue). Remove the row.")
    }

    /// The fields of records as columns.
    func fields(_ file: DataFile, _ name: String, _ select: ColumnSelection) throws(Failure) -> [NumericColumn] {
        guard case .record(let fields) = element, let shape, shape.count == 1 else { throw refusal(file, name) }
        let chosen = try select.places(in: fields.map(\.name), "\(file.path): \(name)", noun: "field").map { fields[$0] }
        return try chosen.map { (field) throws(Failure) in
            guard let number = field.number else {
                throw Failure(
                    .data,
                    "\(file.path): \(name): expected fields of numbers, found '\(field.name)' of another type. "
                        + "Choose others with data.columns.")
            }
            // A record with this field alone: the library leaves the others out.
            guard let record = HDF5Object(H5Tcreate(H5T_COMPOUND, number.number.size), H5Tclose),
                unsafe H5Tinsert(record.id, field.name, 0, number.memory) >= 0
            else { throw Failure(.software, "\(file.path): the HDF5 library cannot describe the field '\(field.name)'") }
            return NumericColumn(
                name: field.name, NumericArray(shape: shape, try read(number, memory: record.id, shape, file, "\(name).\(field.name)")))
        }
    }

    /// Whether as much is stored as its numbers need at least.
    func isWhole(_ number: Number) -> Bool {
        guard let size = shape.flatMap({ NumericArray.byteCount(of: $0, size: number.number.size) }) else { return false }
        return size / Self.mostExpansion <= Int(clamping: H5Dget_storage_size(object.id))
    }

    private func read(
        _ number: Number, memory: hid_t, _ shape: [Int], _ file: DataFile, _ name: String
    ) throws(Failure) -> NumericArray.Values {
        let size = NumericArray.byteCount(of: shape, size: number.number.size)
        try file.check(size, of: name)
        let count = size ?? 0
        guard isWhole(number) else {
            throw Failure(
                .data,
                "\(file.path): \(name): expected \(count) bytes of \(shape) values, found \(H5Dget_storage_size(object.id)) stored ones. "
                    + "Write the file again.")
        }
        var answer: herr_t = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, made in
            if count > 0 { answer = unsafe H5Dread(object.id, memory, ebm_h5_all(), ebm_h5_all(), ebm_h5_default(), target.baseAddress) }
            made = answer < 0 ? 0 : count
        }
        guard answer >= 0 else {
            throw Failure(
                .data,
                "\(file.path): \(name): the values cannot be read: they are damaged, or compressed by a filter that is not at hand (gzip, shuffle, "
                    + "Fletcher-32 are). Write the file again.")
        }
        return number.number.values(bytes[...])
    }

    /// The texts of a dataset of texts, or its whole numbers as texts.
    func titles(_ file: DataFile, _ name: String) throws(Failure) -> [String]? {
        switch element {
        case .number:
            let array = try array(file, name)
            return array.values.floats.allSatisfy { $0 == $0.rounded() && abs($0) < 1e6 } ? array.values.floats.map { "\(Int($0))" } : nil
        case .text:
            guard let type = HDF5Object(H5Dget_type(object.id), H5Tclose), let space = HDF5Object(H5Dget_space(object.id), H5Sclose) else {
                return nil
            }
            return unsafe HDF5Texts.read(type, space) { target in
                unsafe H5Dread(object.id, type.id, ebm_h5_all(), ebm_h5_all(), ebm_h5_default(), target)
            }
        case .record, .other: return nil
        }
    }

    /// The names of what stands side by side in it.
    var columns: [String]? { object.texts("columns") }

    /// The names of a row's values, of vectors.
    func titles(of shape: [Int]) -> [String]? { columns.flatMap { shape.count == 2 && $0.count == shape[1] ? $0 : nil } }

    private func refusal(_ file: DataFile, _ name: String) -> Failure {
        let found =
            switch element {
            case .number: "a single number"
            case .record: "records in other than one dimension"
            case .text: "texts"
            case .other: "values of another type"
            }
        return Failure(.data, "\(file.path): \(name): expected an array of numbers, found \(found). Choose another with data.array.")
    }
}
#endif

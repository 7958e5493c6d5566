import Failures
import Formats

/// A format of files: how it is told, and how its rows are read. `DataFormats.all` has them all.
protocol DataFormat: Sendable {
    /// As messages name it.
    var name: String { get }
    /// Endings of names, in lower case and without `.gz`, of files without a signature.
    var endings: [String] { get }
    /// Whether it is known and not read.
    var isForeign: Bool { get }
    /// What says nothing of its files.
    var keysInVain: [ReadingKey] { get }

    /// Whether the first bytes of a file can be of no other format.
    func hasSignature(_ head: [UInt8]) -> Bool
    /// Whether a file without a signature, whose name says nothing, looks like one.
    func resembles(_ file: DataFile) throws(Failure) -> Bool
    func rows(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows
    /// The rows where they can be read one by one; nil where the file has to be read whole.
    func rowsInFile(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> RowsInFile?
}

extension DataFormat {
    var endings: [String] { [] }
    var isForeign: Bool { false }
    var keysInVain: [ReadingKey] { [.array, .header, .separator, .size] }

    func hasSignature(_: [UInt8]) -> Bool { false }
    func resembles(_: DataFile) throws(Failure) -> Bool { false }
    func rowsInFile(_: DataFile, _: LoadingOptions) throws(Failure) -> RowsInFile? { nil }
}

enum DataFormats {
    static let all: [any DataFormat] = [
        NPYFormat(), NPZFormat(), HDF5Format(),
        ForeignFormat(
            name: "Parquet", magic: "PAR1",
            advice:
                "two lines of Python make a table of it: import pandas; pandas.read_parquet(\"FILE\").to_csv(\"table.csv\", index=False)"),
        ForeignFormat(name: "Arrow", magic: "ARROW1", advice: "make CSV or .npy of it, for example with pandas.read_feather."),
        PictureFormat(), CSVFormat(), IDXFormat(), CIFARFormat(),
    ]

    /// The rows of a file: by the first format whose signature it has, else whose ending its name has, else that it looks like.
    static func rows(of file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows {
        try format(of: file, options).rows(file, options)
    }

    /// As above, where they can be read one by one.
    static func rowsInFile(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> RowsInFile? {
        guard file.isPlain else { return nil }
        return try format(of: file, options).rowsInFile(file, options)
    }

    private static func format(of file: DataFile, _ options: LoadingOptions) throws(Failure) -> any DataFormat {
        let format = try told(file)
        try ReadingKey.refuse(format.keysInVain, of: file.path, options)
        return format
    }

    private static func told(_ file: DataFile) throws(Failure) -> any DataFormat {
        if let format = all.first(where: { $0.hasSignature(file.head) }) { return format }
        let named = all.first { format in format.endings.contains { file.name.hasSuffix($0) } }
        if let named { return named }
        for format in all where try format.resembles(file) { return format }
        let found =
            file.size == 0 ? "an empty file" : "the bytes " + file.head.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
        let known = all.filter { !$0.isForeign }.map(\.name)
        throw Failure(
            .data,
            "\(file.path): byte 0: expected \(known.dropLast().joined(separator: ", ")) or \(known[known.count - 1]), plain or gzip, found \(found). "
                + "Convert the data, for example with numpy.save.")
    }
}

private struct NPYFormat: DataFormat {
    let name = ".npy"
    let endings = [".npy"]

    func hasSignature(_ head: [UInt8]) -> Bool { NPY.recognises(head) }

    func rows(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows {
        let bytes = try file.bytes()
        let fields = try NPY.table(decoding: bytes, name: file.path, select: options.selection)
        if let fields { return try FileRows(fields, path: file.path) }
        return FileRows(try NPY.decode(bytes, name: file.path), path: file.path)
    }

    func rowsInFile(_ file: DataFile, _: LoadingOptions) throws(Failure) -> RowsInFile? {
        try NPY.rows(file).map { RowsInFile(path: file.path, numbers: $0) }
    }
}

private struct NPZFormat: DataFormat {
    let name = ".npz"
    let endings = [".npz"]
    let keysInVain: [ReadingKey] = [.header, .separator, .size]

    func hasSignature(_ head: [UInt8]) -> Bool { NPZ.recognises(head) }

    func rows(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows { try FileRows(of: NPZ(file), options) }
}

private struct HDF5Format: DataFormat {
    let name = "HDF5"
    let endings = [".h5", ".hdf5"]
    let keysInVain: [ReadingKey] = [.header, .separator, .size]

    func hasSignature(_ head: [UInt8]) -> Bool { HDF5.recognises(head) }

    func rows(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows { try FileRows(of: HDF5.open(file), options) }

    func rowsInFile(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> RowsInFile? {
        try FileRows.rowsInFile(HDF5.open(file), options)
    }
}

private struct CSVFormat: DataFormat {
    let name = "CSV (.csv, .tsv or .txt)"
    let endings = [".csv", ".tsv", ".txt"]
    let keysInVain: [ReadingKey] = [.array, .size]

    func rows(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows {
        let table = try CSVTable(
            decoding: file.bytes(), name: file.path, select: options.selection, separator: options.separator, hasHeader: options.hasHeader,
            allowsTexts: options.allowsTexts)
        return FileRows(table, path: file.path)
    }
}

private struct IDXFormat: DataFormat {
    let name = "IDX"
    let endings = ["ubyte", ".idx"]

    func resembles(_ file: DataFile) throws(Failure) -> Bool { IDX.recognises(file.head) }

    func rows(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows {
        var rows = FileRows(try IDX.decode(file.bytes(), name: file.path), path: file.path)
        if options.readsLabels { rows.labels = try IDXLabels.beside(file.path, count: rows.count, options) }
        return rows
    }

    func rowsInFile(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> RowsInFile? {
        guard let numbers = try IDX.rows(file) else { return nil }
        var rows = RowsInFile(path: file.path, numbers: numbers)
        if options.readsLabels { rows.labels = (try IDXLabels.beside(file.path, count: numbers.count, options), nil) }
        return rows
    }
}

private struct CIFARFormat: DataFormat {
    let name = "CIFAR-10 or CIFAR-100 binary records"
    let endings = [".bin"]

    func resembles(_ file: DataFile) throws(Failure) -> Bool { CIFARRecords.kind(of: try file.bytes()) != nil }

    func rows(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> FileRows {
        FileRows(try CIFARRecords(decoding: file.bytes(), name: file.path), options, path: file.path)
    }
}

private struct PictureFormat: DataFormat {
    let name = "a picture"
    let isForeign = true

    func hasSignature(_ head: [UInt8]) -> Bool { Picture.recognises(head) }

    func rows(_ file: DataFile, _: LoadingOptions) throws(Failure) -> FileRows {
        throw Failure(.data, "\(file.path): expected many rows, found one picture. Give the folder that holds the pictures.")
    }
}

/// A format of which it is known how it becomes one that is read.
private struct ForeignFormat: DataFormat {
    let name: String
    let magic: String
    let advice: String
    let isForeign = true

    func hasSignature(_ head: [UInt8]) -> Bool { head.starts(with: magic.utf8) }

    func rows(_ file: DataFile, _: LoadingOptions) throws(Failure) -> FileRows {
        throw Failure(.data, "\(file.path): expected a format that is read, found \(name): \(advice)")
    }
}

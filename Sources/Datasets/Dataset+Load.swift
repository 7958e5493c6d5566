import Failures
import Formats
import Foundation
import Numerics

/// How files of data are read.
public struct LoadingOptions: Hashable, Codable, Sendable {
    /// The greatest number of bytes of a file after decompression.
    public var limit = FileBytes.defaultLimit
    /// The columns of a CSV file that are read, by the names of its header, in this order; empty: all.
    public var columns: [String] = []
    /// `columns` are those of other data: a table without a header is read whole, by position.
    public var mayLackHeader = false
    /// Numbers are kept in the precision of the file beside the floats that they become.
    public var keepsPrecision = false
    /// The last of the columns read from a CSV file is the label (a whole number), not part of the rows.
    public var lastColumnIsLabel = false
    /// What stands between the fields of a CSV file; nil: found in its first lines.
    public var separator: CSVTable.Separator?
    /// Whether the first line of a CSV file names the columns; nil: as it looks.
    public var hasHeader: Bool?
    /// IDX images: their labels are read from the file beside them (`train-labels-idx1-ubyte` for `train-images-idx3-ubyte`).
    public var readsLabels = false

    public init() {}

    /// The contents of a file within the limit.
    func read(_ path: String, besides bytes: Int = 0) throws(Failure) -> [UInt8] {
        try FileBytes.read(path, limit: limit - bytes, remedy: "Raise data.limit (in GiB), or give a smaller file.")
    }

    var selection: CSVTable.Selection { columns.isEmpty ? .all : mayLackHeader ? .matching(columns) : .names(columns) }
}

extension Dataset {
    /// Reads a file, or a folder with the training set of MNIST or CIFAR-10 under its usual names.
    ///
    /// The format follows from the contents, or from the extension (`.gz` aside): `.npy`, CSV (`.csv`, `.tsv`, `.txt`), IDX, CIFAR-10
    /// binary records (`.bin`), each plain or gzip.
    /// - Throws: `.missingInput`, `.data` or `.inputOutput` naming the file and the place in it.
    public static func load(path: String, _ options: LoadingOptions = LoadingOptions()) throws(Failure) -> Dataset {
        switch PathKind(path) {
        case .folder: try load(folder: path, options)
        default: try decode(options.read(path), path, options)
        }
    }

    private static func load(folder: String, _ options: LoadingOptions) throws(Failure) -> Dataset {
        let images = ["train-images-idx3-ubyte", "train-images.idx3-ubyte"].compactMap { existing(folder, $0) }
        let batches = (1...5).compactMap { existing(folder, "data_batch_\($0).bin") }
        if let images = images.first { return try decode(options.read(images), images, options) }
        guard !batches.isEmpty else {
            if let picture = picture(in: folder) {
                throw Failure(
                    .data,
                    "\(folder): expected data, found a folder of pictures (\(picture)), which is not read: make one array of them, N x H x W or N x H x W x 3 bytes, "
                        + "with numpy.save.")
            }
            throw Failure(
                .data,
                "\(folder): expected a folder with train-images-idx3-ubyte (MNIST) or data_batch_1.bin to data_batch_5.bin (CIFAR-10), "
                    + "plain or .gz, found none of them. Give the path of a file.")
        }
        var bytes: [UInt8] = []
        for batch in batches {
            let part = try options.read(batch, besides: bytes.count)
            guard CIFARRecords.recognises(part) else { return try cifar(part, batch) }
            bytes.append(contentsOf: part)
        }
        return try cifar(bytes, folder)
    }

    /// The name of a picture in a folder, the first in the alphabet; nil where there is none.
    private static func picture(in folder: String) -> String? {
        PathKind.names(in: folder).filter { name in [".png", ".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) } }.min()
    }

    /// The path of a file in a folder, plain or else gzip; nil when there is neither.
    private static func existing(_ folder: String, _ name: String) -> String? {
        ["\(folder)/\(name)", "\(folder)/\(name).gz"].first { PathKind($0) == .file }
    }

    /// Parses the contents of a file.
    static func decode(_ bytes: [UInt8], _ path: String, _ options: LoadingOptions) throws(Failure) -> Dataset {
        let lowercased = path.lowercased()
        let name = lowercased.hasSuffix(".gz") ? String(lowercased.dropLast(3)) : lowercased
        if NPY.recognises(bytes) || name.hasSuffix(".npy") {
            let table = try NPY.table(decoding: bytes, name: path, select: options.selection)
            if let table { return try rows(of: table, path, options) }
            return try images(NPY.decode(bytes, name: path), path, options)
        }
        if [".csv", ".tsv", ".txt"].contains(where: { name.hasSuffix($0) }) {
            let table = try CSVTable(
                decoding: bytes, name: path, select: options.selection, separator: options.separator, hasHeader: options.hasHeader)
            return try rows(of: table, path, options)
        }
        if name.hasSuffix(".bin") { return try cifar(bytes, path) }
        if IDX.recognises(bytes) || name.hasSuffix("ubyte") || name.hasSuffix(".idx") {
            let array = try IDX.decode(bytes, name: path)
            return try images(
                array, path, options, labels: options.readsLabels ? labels(of: array.shape.first ?? 0, beside: path, options) : nil)
        }
        if CIFARRecords.recognises(bytes) { return try cifar(bytes, path) }
        let found = bytes.isEmpty ? "an empty file" : "the bytes " + bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
        throw Failure(
            .data,
            "\(path): byte 0: expected .npy, CSV (.csv, .tsv or .txt), IDX or CIFAR-10 binary records, plain or gzip, found \(found). "
                + "Convert the data, for example with numpy.save.")
    }

    /// The labels of an IDX file of images, from the file whose name says labels instead.
    private static func labels(of count: Int, beside path: String, _ options: LoadingOptions) throws(Failure) -> [Int32] {
        let (folder, name) = path.lastIndex(of: "/").map { (String(path[...$0]), String(path[path.index(after: $0)...])) } ?? ("", path)
        let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        let wanted = plain.replacingOccurrences(of: "images", with: "labels").replacingOccurrences(of: "idx3", with: "idx1")
        guard wanted != plain, let found = [wanted, wanted + ".gz"].first(where: { PathKind(folder + $0) == .file }) else {
            throw Failure(
                .missingInput, "\(path): expected the labels of these images in \(folder)\(wanted), plain or .gz, found no such file")
        }
        let labels = try IDX.decode(options.read(folder + found), name: folder + found)
        guard case .uint8(let bytes) = labels.values, labels.shape == [count] else {
            throw Failure(.data, "\(folder)\(found): expected \(count) labels of one byte, one for each image, found \(labels.shape)")
        }
        return bytes.map { Int32($0) }
    }

    private static func cifar(_ bytes: [UInt8], _ path: String) throws(Failure) -> Dataset {
        let records = try CIFARRecords(decoding: bytes, name: path)
        let pixels = channelsInnermost(records.planes, channels: 3, pixels: CIFARRecords.plane)
        return try Dataset(
            name: path, shape: ImageShape(height: 32, width: 32, channels: 3), values: .levels(pixels, levels: 256),
            labels: records.labels.map { Int32($0) })
    }

    private static func rows(of table: CSVTable, _ path: String, _ options: LoadingOptions) throws(Failure) -> Dataset {
        guard options.lastColumnIsLabel else {
            let numbers = NarrowedNumbers(
                table.values, table.doubles, width: table.columns, names: table.names, keeps: options.keepsPrecision)
            return try Dataset(
                name: path, shape: ImageShape(vector: table.columns), values: .floats(numbers.floats), columnNames: table.names,
                notes: table.notes, precise: numbers.precise, losses: numbers.losses)
        }
        return try labelled(table, path, keepsPrecision: options.keepsPrecision)
    }

    /// A table whose last column is the label.
    private static func labelled(_ table: CSVTable, _ path: String, keepsPrecision: Bool) throws(Failure) -> Dataset {
        let width = table.columns - 1
        guard width > 0 else { throw Failure(.data, "\(path): line 1: expected columns before the label, found one column.") }
        var (rows, doubles): ([Float], [Double]) = ([], [])
        var labels: [Int32] = []
        rows.reserveCapacity(table.rows * width)
        for row in 0..<table.rows {
            let start = row * table.columns
            guard let label = Int32(exactly: table.values[start + width]) else {
                throw Failure(.data, "\(path): row \(row) from 0: expected a whole number as label, found \(table.values[start + width]).")
            }
            rows.append(contentsOf: table.values[start..<(start + width)])
            doubles.append(contentsOf: table.doubles[start..<(start + width)])
            labels.append(label)
        }
        let names = table.names.map { Array($0.dropLast()) }
        let numbers = NarrowedNumbers(rows, doubles, width: width, names: names, keeps: keepsPrecision)
        return try Dataset(
            name: path, shape: ImageShape(vector: width), values: .floats(numbers.floats), labels: labels, columnNames: names,
            labelName: table.names?.last, notes: table.notes, precise: numbers.precise, losses: numbers.losses)
    }
}

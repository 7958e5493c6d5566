import Failures
import Formats

extension Dataset {
    /// Reads a file, or a folder with the training set of MNIST, CIFAR-10 or CIFAR-100 under its usual names, or with pictures.
    ///
    /// Which formats there are, and how a file's is found: `DataFormats`.
    /// - Throws: `.missingInput`, `.data` or `.inputOutput` naming the file and the place in it.
    public static func load(path: String, _ options: LoadingOptions = LoadingOptions()) throws(Failure) -> Dataset {
        let rows: FileRows
        switch PathKind(path) {
        case .folder:
            try ReadingKey.refuse([.array, .header, .separator], of: path, options)
            rows = try Self.rows(inFolder: path, options)
        default:
            let file = try options.open(path)
            if let stored = try stored(file, options) { return stored }
            rows = try DataFormats.rows(of: file, options)
        }
        return try Dataset(rows, options)
    }

    private static func rows(inFolder folder: String, _ options: LoadingOptions) throws(Failure) -> FileRows {
        if let rows = try idx(folder, options) { return rows }
        if let rows = try cifar10(folder, options) { return rows }
        if let rows = try cifar100(folder, options) { return rows }
        if let pictures = try PictureFolder(folder) { return try pictures.rows(options) }
        throw Failure(
            .data,
            "\(folder): expected a folder with train-images-idx3-ubyte (MNIST), data_batch_1.bin to data_batch_5.bin (CIFAR-10) or train.bin "
                + "(CIFAR-100), plain or .gz, or with pictures (.png, .jpg, .jpeg), found none of them. Give the path of a file.")
    }

    private static func idx(_ folder: String, _ options: LoadingOptions) throws(Failure) -> FileRows? {
        let images = ["train-images-idx3-ubyte", "train-images.idx3-ubyte"].compactMap { existing(folder, $0) }.first
        guard let images else { return nil }
        return try DataFormats.rows(of: options.open(images), options)
    }

    private static func cifar10(_ folder: String, _ options: LoadingOptions) throws(Failure) -> FileRows? {
        var bytes: [UInt8] = []
        for batch in (1...5).compactMap({ existing(folder, "data_batch_\($0).bin") }) {
            let part = try options.open(batch, besides: bytes.count).bytes()
            // A part that is damaged is named.
            if CIFARRecords.kind(of: part) != .ten { _ = try CIFARRecords(decoding: part, kind: .ten, name: batch) }
            bytes += part
        }
        return bytes.isEmpty ? nil : FileRows(try CIFARRecords(decoding: bytes, kind: .ten, name: folder), options, path: folder)
    }

    private static func cifar100(_ folder: String, _ options: LoadingOptions) throws(Failure) -> FileRows? {
        guard let path = existing(folder, "train.bin") else { return nil }
        return FileRows(try CIFARRecords(decoding: options.open(path).bytes(), kind: .hundred, name: path), options, path: folder)
    }

    /// The path of a file in a folder, plain or else gzip; nil when there is neither.
    private static func existing(_ folder: String, _ name: String) -> String? {
        ["\(folder)/\(name)", "\(folder)/\(name).gz"].first { PathKind($0) == .file }
    }
}

import Failures
import Formats
import Numerics

/// A folder of pictures: its own, or those of its sub-folders, which are classes in the order of their names.
struct PictureFolder {
    private let folder: String
    private let pictures: [(path: String, label: Int32)]
    /// The names of the sub-folders.
    private let classes: [String]

    private static let endings = [".png", ".jpg", ".jpeg"]

    /// - Returns: nil for a folder without pictures.
    /// - Throws: `.data` for pictures beside sub-folders with pictures.
    init?(_ folder: String) throws(Failure) {
        let own = Self.pictures(in: folder)
        let folders = Self.names(in: folder).filter { PathKind("\(folder)/\($0)") == .folder }
        let parts = folders.map { (name: $0, pictures: Self.pictures(in: "\(folder)/\($0)")) }.filter { !$0.pictures.isEmpty }
        guard own.isEmpty || parts.isEmpty else {
            throw Failure(
                .data,
                "\(folder): expected pictures, or sub-folders of pictures as classes, found both (\(own[0]) and \(parts[0].name)). "
                    + "Move one of them.")
        }
        guard !own.isEmpty || !parts.isEmpty else { return nil }
        (self.folder, classes) = (folder, parts.map(\.name))
        pictures =
            own.map { ("\(folder)/\($0)", 0) }
            + parts.enumerated().flatMap { place, part in part.pictures.map { ("\(folder)/\(part.name)/\($0)", Int32(place)) } }
    }

    private static func names(in folder: String) -> [String] {
        PathKind.names(in: folder).filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func pictures(in folder: String) -> [String] {
        names(in: folder).filter { name in endings.contains { name.lowercased().hasSuffix($0) } && PathKind("\(folder)/\(name)") == .file }
    }

    /// The pictures as images of one size: gray where all are, else of three colours.
    func rows(_ options: LoadingOptions) throws(Failure) -> FileRows {
        var (read, bytes): ([Picture], Int) = ([], 0)
        for (path, _) in pictures {
            var picture = try Picture(decoding: options.open(path).bytes(), name: path)
            if let size = options.pictureSize { picture = picture.resized(width: size.width, height: size.height) }
            if let first = read.first, picture.width != first.width || picture.height != first.height {
                throw Failure(
                    .data,
                    "\(path): expected a picture of \(first.height) x \(first.width) pixels, as \(pictures[0].path) has, found \(picture.height) x "
                        + "\(picture.width). Say data.size=[HEIGHT, WIDTH]: all are cut to its proportions, from the middle, and scaled.")
            }
            bytes += picture.pixels.count
            guard bytes <= options.limit else {
                throw Failure(
                    .data,
                    "\(folder): the pictures up to \(path) have \(bytes) bytes; the limit is \(options.limit). \(LoadingOptions.remedy)")
            }
            read.append(picture)
        }
        let channels = read.contains { $0.channels == 3 } ? 3 : 1
        let shape = ImageShape(height: read[0].height, width: read[0].width, channels: channels)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(read.count * shape.count)
        for picture in read {
            if picture.channels == channels {
                pixels += picture.pixels
            } else {
                for gray in picture.pixels { pixels += [gray, gray, gray] }
            }
        }
        var rows = FileRows(pixels: pixels, of: shape, labels: classes.isEmpty ? nil : pictures.map(\.label), path: folder)
        if !classes.isEmpty { rows.notes.append("\(folder): classes \(Self.text(classes))") }
        return rows
    }

    /// Classes that a note lists, at most.
    private static let mostListed = 20

    private static func text(_ classes: [String]) -> String {
        let listed = classes.prefix(mostListed).enumerated().map { "\($0) \($1)" }.joined(separator: ", ")
        return listed + (classes.count > mostListed ? " … \(classes.count - 1) \(classes[classes.count - 1])" : "")
    }
}

extension LoadingOptions {
    /// Height and width of `size`; one number stands for both.
    fileprivate var pictureSize: (height: Int, width: Int)? { size.first.map { ($0, size.count > 1 ? size[1] : $0) } }
}

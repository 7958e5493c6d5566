import Failures
import Formats
import Numerics

extension Dataset {
    /// The rows of a file as data.
    ///
    /// N: single values. N x d: vectors. N x H x W: gray images. N x C x H x W with C of 1 or 3: images with planes, else N x H x W x C with
    /// C of 1 or 3, else the channels are the fewer of the two. Bytes keep their 256 levels and truth values their 2; other numbers become floats.
    init(_ given: FileRows, _ options: LoadingOptions) throws(Failure) {
        var rows = given
        var facts = try rows.takeRoles(options)
        try rows.choose(options.rowSelection)
        try rows.separate(options)
        try rows.encodeTable(options, &facts)
        facts.classNames = rows.classNames
        try rows.fold(options.shape)
        let (shape, planes) = if let image = rows.image { image } else { try Self.rowShape(rows) }
        func arranged<T>(_ values: [T]) -> [T] {
            planes ? Self.channelsInnermost(values, channels: shape.channels, pixels: shape.height * shape.width) : values
        }
        let names = shape.isVector ? rows.names : nil
        switch rows.values {
        case .uint8(let bytes), .bool(let bytes):
            try self.init(
                name: rows.path, shape: shape, values: .levels(arranged(bytes), levels: rows.values.type == .bool ? 2 : 256),
                labels: rows.labels, columnNames: names, labelName: rows.labelName, notes: rows.notes)
        default:
            let numbers = NarrowedNumbers(
                arranged(rows.values.floats), rows.doubles.map { arranged($0) }, width: shape.count, names: names,
                keeps: options.keepsPrecision || facts.columns?.areNumbers == false)
            try self.init(
                name: rows.path, shape: shape, values: .floats(numbers.floats), labels: rows.labels, columnNames: names,
                labelName: rows.labelName, notes: rows.notes, precise: numbers.precise, losses: numbers.losses)
        }
        table = facts
    }

    /// The shape of a row, and whether its values are planes.
    private static func rowShape(_ rows: FileRows) throws(Failure) -> (shape: ImageShape, planes: Bool) {
        let (shape, isBytes) = (rows.shape, rows.values.type == .uint8)
        guard shape.first != 0 else { throw Failure(.data, "\(rows.path): expected at least one row, found the shape \(shape)") }
        switch shape.count {
        case _ where shape.contains(0): break
        case 1 where isBytes: break
        case 1: return (ImageShape(vector: 1), false)
        case 2: return (ImageShape(vector: shape[1]), false)
        case 3: return (ImageShape(height: shape[1], width: shape[2], channels: 1), false)
        case 4:
            let known = [1, 3]
            let hasPlanes = known.contains(shape[1]) || !known.contains(shape[3]) && shape[1] < shape[3]
            guard hasPlanes || known.contains(shape[3]) || shape[3] < shape[1] else { break }
            return hasPlanes
                ? (ImageShape(height: shape[2], width: shape[3], channels: shape[1]), shape[1] > 1)
                : (ImageShape(height: shape[1], width: shape[2], channels: shape[3]), false)
        default: break
        }
        let labels = shape.count == 1 && isBytes ? ", which looks like labels" : ""
        throw Failure(
            .data,
            "\(rows.path): expected an array N x d, N x H x W, N x C x H x W or N x H x W x C with fewer channels C than pixels of a side, and no "
                + "dimension 0, found the shape \(shape)\(labels). Give the file with the images, or reshape it.")
    }

    /// Turns rows of `channels` planes of `pixels` values into rows of pixels of `channels` values.
    static func channelsInnermost<T>(_ planes: [T], channels: Int, pixels: Int) -> [T] {
        var values: [T] = []
        values.reserveCapacity(planes.count)
        for start in stride(from: 0, to: planes.count, by: channels * pixels) {
            for pixel in start..<(start + pixels) {
                for channel in 0..<channels { values.append(planes[pixel + channel * pixels]) }
            }
        }
        return values
    }
}

extension FileRows {
    /// Makes images of vectors of as many values (`data.shape`). Whole numbers of a text from 0 to 255 are bytes then.
    fileprivate mutating func fold(_ sizes: [Int]) throws(Failure) {
        guard !sizes.isEmpty, shape.count == 2 else { return }
        guard NumericArray.count(of: sizes) == width else {
            throw Failure(
                .data,
                "\(path): expected rows of \(sizes.map(String.init).joined(separator: " x ")) values (data.shape), found \(width). "
                    + (labels == nil ? "Is one of them a label (data.labelColumn)?" : "Correct data.shape."))
        }
        let planes = [1, 1, 1] + sizes
        let (height, width, channels) = (planes[planes.count - 2], planes[planes.count - 1], planes[planes.count - 3])
        image = (ImageShape(height: height, width: width, channels: channels), channels > 1)
        guard isText, case .float32(let numbers) = values, numbers.allSatisfy({ $0 >= 0 && $0 <= 255 && $0 == $0.rounded() }) else {
            return
        }
        (values, doubles) = (.uint8(numbers.map { UInt8($0) }), nil)
        notes.append("\(path): the whole numbers from 0 to 255 are read as the 256 levels of images, as bytes would be")
    }
}

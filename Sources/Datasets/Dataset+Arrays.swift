import Failures
import Formats
import Numerics

extension Dataset {
    /// The rows of an array whose first index counts them.
    ///
    /// N: single values. N x d: vectors. N x H x W: gray images. N x C x H x W with C of 1 or 3: images with planes, else N x H x W x C with
    /// C of 1 or 3. Bytes keep their 256 levels and truth values their 2; other numbers become floats.
    static func images(
        _ array: NumericArray, _ path: String, _ options: LoadingOptions, labels: [Int32]? = nil
    ) throws(Failure) -> Dataset {
        let (shape, planes) = try rowShape(array, path)
        switch array.values {
        case .uint8(let bytes), .bool(let bytes):
            let levels = array.type == .bool ? 2 : 256
            return try Dataset(
                name: path, shape: shape, values: .levels(planes ? channelsInnermost(bytes, shape) : bytes, levels: levels), labels: labels)
        default:
            let (floats, doubles) = (array.values.floats, array.values.doubles)
            let numbers = NarrowedNumbers(
                planes ? channelsInnermost(floats, shape) : floats, planes ? doubles.map { channelsInnermost($0, shape) } : doubles,
                width: shape.count, keeps: options.keepsPrecision)
            return try Dataset(
                name: path, shape: shape, values: .floats(numbers.floats), labels: labels, precise: numbers.precise, losses: numbers.losses)
        }
    }

    /// The shape of a row, and whether its values are planes.
    private static func rowShape(_ array: NumericArray, _ path: String) throws(Failure) -> (ImageShape, planes: Bool) {
        let shape = array.shape
        let known = [1, 3]
        switch shape.count {
        case _ where shape.contains(0): break
        case 1 where array.type == .uint8: break
        case 1: return (ImageShape(vector: 1), false)
        case 2: return (ImageShape(vector: shape[1]), false)
        case 3: return (ImageShape(height: shape[1], width: shape[2], channels: 1), false)
        case 4 where known.contains(shape[1]): return (ImageShape(height: shape[2], width: shape[3], channels: shape[1]), shape[1] > 1)
        case 4 where known.contains(shape[3]): return (ImageShape(height: shape[1], width: shape[2], channels: shape[3]), false)
        default: break
        }
        let labels = shape.count == 1 && array.type == .uint8 ? ", which looks like labels" : ""
        throw Failure(
            .data,
            "\(path): expected an array N x d, N x H x W, N x C x H x W or N x H x W x C with C of 1 or 3 and no dimension 0, "
                + "found the shape \(shape)\(labels). Give the file with the images, or reshape it.")
    }

    private static func channelsInnermost<T>(_ planes: [T], _ shape: ImageShape) -> [T] {
        channelsInnermost(planes, channels: shape.channels, pixels: shape.height * shape.width)
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

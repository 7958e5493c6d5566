import CPNG
import Failures

/// A picture of 8-bit gray or RGB pixels.
public struct Picture: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// 1 (gray) or 3 (red, green, blue).
    public let channels: Int
    /// Row by row from the top, channels innermost.
    public var pixels: [UInt8]

    /// A black picture.
    public init(width: Int, height: Int, channels: Int) {
        precondition(channels == 1 || channels == 3, "a picture has 1 or 3 channels, not \(channels)")
        precondition(width > 0 && height > 0 && width <= 1 << 20 && height <= 1 << 20, "a picture cannot have \(width) x \(height) pixels")
        self.width = width
        self.height = height
        self.channels = channels
        pixels = [UInt8](repeating: 0, count: width * height * channels)
    }

    /// The bytes of a PNG file. Equal pictures give equal bytes (with the same libpng and zlib).
    public func png() throws(Failure) -> [UInt8] {
        var image = unsafe png_image()
        unsafe image.version = UInt32(PNG_IMAGE_VERSION)
        unsafe image.width = UInt32(width)
        unsafe image.height = UInt32(height)
        unsafe image.format = UInt32(channels == 1 ? 0 : PNG_FORMAT_FLAG_COLOR)
        // The greatest size of the result: libpng's PNG_IMAGE_PNG_SIZE_MAX, rounded up.
        let raw = (width * channels + 1) * height
        let capacity = raw + raw / 8 + raw / 32 + 1024
        var size = capacity
        var answer: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            answer = unsafe pixels.withUnsafeBytes { source in
                unsafe png_image_write_to_memory(&image, buffer.baseAddress, &size, 0, source.baseAddress, Int32(width * channels), nil)
            }
            count = answer == 0 ? 0 : size
        }
        guard answer != 0 else { throw Failure(.software, "libpng refused a picture of \(width) x \(height) pixels.") }
        return bytes
    }

    /// Writes a PNG file: whole or absent (`AtomicFile`).
    public func write(to path: String) throws(Failure) {
        try AtomicFile.write(png(), to: path)
    }

    /// Fills a square of `size` pixels with a colour; one value is used for all channels.
    mutating func fill(x: Int, y: Int, size: Int, _ colour: [UInt8]) {
        for row in y..<(y + size) {
            for column in x..<(x + size) {
                for channel in 0..<channels {
                    pixels[(row * width + column) * channels + channel] = colour[colour.count == 1 ? 0 : channel]
                }
            }
        }
    }
}

import CPNG
import Failures

extension Picture {
    /// Pixels that a picture that is read may have.
    private static let mostPixels = 1 << 26

    /// - Throws: `.data` for a size that is not read.
    static func checkSize(_ width: Int, _ height: Int, _ name: String) throws(Failure) {
        guard width > 0, height > 0, width <= 1 << 20, height <= 1 << 20, width <= mostPixels / height else {
            throw Failure(.data, "\(name): expected a picture of at most \(mostPixels) pixels, found \(width) x \(height)")
        }
    }

    /// A picture of the bytes of a PNG file, as 8-bit gray where the file has no colours, else as 8-bit RGB; what is transparent lies on white.
    /// - Parameter name: the file's name for messages.
    /// - Throws: `.data` for bytes that are no PNG, or for more than 2^26 pixels.
    package init(png bytes: [UInt8], name: String) throws(Failure) {
        // libpng reads on from where it began: the bytes have to stay in place until the last row.
        let result = unsafe bytes.withUnsafeBytes { source in
            Result { () throws(Failure) in try unsafe Self(png: source, name) }
        }
        self = try result.get()
    }

    private init(png source: UnsafeRawBufferPointer, _ name: String) throws(Failure) {
        var image = unsafe png_image()
        unsafe image.version = UInt32(PNG_IMAGE_VERSION)
        defer { unsafe png_image_free(&image) }
        let isPNG = unsafe png_image_begin_read_from_memory(&image, source.baseAddress, source.count)
        guard isPNG != 0 else { throw Failure(.data, "\(name): expected a PNG picture, found something else, or a damaged one") }
        let (width, height) = unsafe (Int(image.width), Int(image.height))
        try Self.checkSize(width, height, name)
        // 16 bits are 8 with more steps, not light: the numbers keep their meaning.
        unsafe image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
        let hasColors = unsafe image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
        unsafe image.format = UInt32(hasColors ? PNG_FORMAT_FLAG_COLOR : 0)
        self.init(width: width, height: height, channels: hasColors ? 3 : 1)
        var white = png_color(red: 255, green: 255, blue: 255)
        let rowBytes = Int32(width * channels)
        let isWhole = unsafe pixels.withUnsafeMutableBytes { target in
            unsafe png_image_finish_read(&image, &white, target.baseAddress, rowBytes, nil)
        }
        guard isWhole != 0 else { throw Failure(.data, "\(name): the picture is damaged") }
    }
}

import Failures

#if canImport(CTurboJPEG)
import CTurboJPEG
#endif

extension Picture {
    private static let jpegMagic: [UInt8] = [0xff, 0xd8, 0xff]
    private static let pngMagic: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// Whether some bytes begin like a picture that is read.
    package static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: pngMagic) || head.starts(with: jpegMagic) }

    /// A picture of the bytes of a PNG or JPEG file, as 8-bit gray where the file has no colours, else as 8-bit RGB.
    /// - Parameter name: the file's name for messages.
    /// - Throws: `.data` for other or damaged bytes, more than 2^26 pixels, or JPEG in a program that was built without its library.
    package init(decoding bytes: [UInt8], name: String) throws(Failure) {
        if bytes.starts(with: Self.jpegMagic) {
            try self.init(jpeg: bytes, name: name)
        } else {
            try self.init(png: bytes, name: name)
        }
    }

    #if canImport(CTurboJPEG)
    /// The transform is the accurate one in whole numbers: the same bits on every CPU.
    private init(jpeg bytes: [UInt8], name: String) throws(Failure) {
        guard let decoder = unsafe tjInitDecompress() else { throw Failure(.software, "libjpeg-turbo cannot start") }
        defer { _ = unsafe tjDestroy(decoder) }
        var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        let isKnown = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe tjDecompressHeader3(decoder, source.baseAddress, UInt(source.count), &width, &height, &sampling, &space) == 0
        }
        guard isKnown else { throw Failure(.data, "\(name): expected a JPEG picture, found a damaged one") }
        guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
            throw Failure(.data, "\(name): expected a picture in gray or RGB, found inks (CMYK). Convert it.")
        }
        try Self.checkSize(Int(width), Int(height), name)
        let isGray = space == Int32(TJCS_GRAY.rawValue)
        self.init(width: Int(width), height: Int(height), channels: isGray ? 1 : 3)
        let format = Int32((isGray ? TJPF_GRAY : TJPF_RGB).rawValue)
        let isWhole = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe pixels.withUnsafeMutableBufferPointer { target in
                unsafe tjDecompress2(
                    decoder, source.baseAddress, UInt(source.count), target.baseAddress, width, 0, height, format, TJFLAG_ACCURATEDCT) == 0
            }
        }
        guard isWhole else {
            let reason = unsafe tjGetErrorStr2(decoder).map { unsafe String(cString: $0) } ?? "no reason"
            throw Failure(.data, "\(name): the picture is damaged (\(reason))")
        }
    }
    #else
    private init(jpeg _: [UInt8], name: String) throws(Failure) {
        throw OptionalLibrary.turboJPEG.absence(name, instead: "convert the pictures to PNG.")
    }
    #endif
}

/// Many small images side by side on one picture.
public enum ImageGrid {
    /// Tiles images row by row, with a margin of one pixel around each.
    ///
    /// - Parameters:
    ///   - images: `count` x `height` x `width` x `channels` values, channels innermost; 1 or 3 channels.
    ///   - low: the value that becomes black; `high` becomes white. Values outside, and NaN, are drawn at the nearer end (NaN black).
    ///   - columns: images in a row; default: the least square that holds all.
    ///   - scale: the side of a value in pixels; default: as large as keeps a tile within 64 pixels, at least 1.
    public static func picture(
        _ images: [Float], count: Int, height: Int, width: Int, channels: Int, low: Float, high: Float, columns: Int? = nil,
        scale: Int? = nil
    ) -> Picture {
        precondition(count > 0 && images.count == count * height * width * channels, "\(images.count) values for \(count) images")
        precondition(high > low, "the range [\(low), \(high)] is empty")
        let columns = columns ?? Int(Double(count).squareRoot().rounded(.up))
        let scale = scale ?? max(1, 64 / max(height, width))
        precondition(columns > 0 && scale > 0, "a grid needs columns and a scale")
        let rows = (count + columns - 1) / columns
        let (tileHeight, tileWidth) = (height * scale + 1, width * scale + 1)
        var picture = Picture(width: columns * tileWidth + 1, height: rows * tileHeight + 1, channels: channels)
        for index in picture.pixels.indices { picture.pixels[index] = margin }
        var next = 0
        for image in 0..<count {
            let (top, left) = (image / columns * tileHeight + 1, image % columns * tileWidth + 1)
            for y in 0..<height {
                for x in 0..<width {
                    let colour = images[next..<(next + channels)].map { level(($0 - low) / (high - low)) }
                    picture.fill(x: left + x * scale, y: top + y * scale, size: scale, colour)
                    next += channels
                }
            }
        }
        return picture
    }

    static let margin: UInt8 = 64

    /// 0 to 255 for 0 to 1, rounded.
    private static func level(_ value: Float) -> UInt8 {
        // Comparisons with NaN are false: it becomes 0.
        value > 0 ? UInt8(min(value, 1) * 255 + 0.5) : 0
    }
}

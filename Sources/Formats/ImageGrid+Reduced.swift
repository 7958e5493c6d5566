extension ImageGrid {
    /// A grid with one pixel for each value of its images, where it was drawn with larger ones.
    /// - Parameters:
    ///   - grid: as `picture` makes it of images of this size.
    ///   - most: images that stay, whole rows of them, at least one row.
    /// - Returns: nil for a picture that is no such grid.
    package static func reduced(_ grid: Picture, height: Int, width: Int, most: Int = .max) -> Picture? {
        guard
            let scale = (1...64).first(where: {
                (grid.width - 1) % (width * $0 + 1) == 0 && (grid.height - 1) % (height * $0 + 1) == 0
                    && isGrid(grid, height * $0 + 1, width * $0 + 1)
            })
        else { return nil }
        let (columns, allRows) = ((grid.width - 1) / (width * scale + 1), (grid.height - 1) / (height * scale + 1))
        let rows = max(1, min(allRows, most / columns))
        var picture = Picture(width: columns * (width + 1) + 1, height: rows * (height + 1) + 1, channels: grid.channels)
        for y in 0..<picture.height {
            let source = y / (height + 1) * (height * scale + 1) + (y % (height + 1) == 0 ? 0 : 1 + (y % (height + 1) - 1) * scale)
            for x in 0..<picture.width {
                let from = x / (width + 1) * (width * scale + 1) + (x % (width + 1) == 0 ? 0 : 1 + (x % (width + 1) - 1) * scale)
                for channel in 0..<grid.channels {
                    picture.pixels[(y * picture.width + x) * grid.channels + channel] =
                        grid.pixels[(source * grid.width + from) * grid.channels + channel]
                }
            }
        }
        return picture
    }

    /// Whether margins lie where tiles of this size would have them.
    private static func isGrid(_ grid: Picture, _ tileHeight: Int, _ tileWidth: Int) -> Bool {
        func isMargin(_ x: Int, _ y: Int) -> Bool { grid.pixels[(y * grid.width + x) * grid.channels] == margin }
        return stride(from: 0, to: grid.height, by: tileHeight).allSatisfy { y in (0..<grid.width).allSatisfy { isMargin($0, y) } }
            && stride(from: 0, to: grid.width, by: tileWidth).allSatisfy { x in (0..<grid.height).allSatisfy { isMargin(x, $0) } }
    }
}

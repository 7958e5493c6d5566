extension Picture {
    /// The picture in another size: its middle, cut to the new size's proportions, each pixel the mean of the area that it covers, rounded to nearest.
    ///
    /// In whole numbers: the same bits everywhere.
    package func resized(width: Int, height: Int) -> Picture {
        if self.width == width, self.height == height { return self }
        // The largest part of these proportions.
        let isWide = self.width * height > self.height * width
        let partWidth = isWide ? max(1, (self.height * width + height / 2) / height) : self.width
        let partHeight = isWide ? self.height : max(1, (self.width * height + width / 2) / width)
        let (left, top) = ((self.width - partWidth) / 2, (self.height - partHeight) / 2)
        let columns = Coverage(of: partWidth, by: width)
        let rows = Coverage(of: partHeight, by: height)

        // Lines of the part, narrowed: sums of weight partWidth.
        var lines = [Int](repeating: 0, count: partHeight * width * channels)
        for y in 0..<partHeight {
            let source = ((top + y) * self.width + left) * channels
            for x in 0..<width {
                for (place, weight) in columns[x] {
                    for channel in 0..<channels {
                        lines[(y * width + x) * channels + channel] += weight * Int(pixels[source + place * channels + channel])
                    }
                }
            }
        }
        var result = Picture(width: width, height: height, channels: channels)
        let (total, line) = (partWidth * partHeight, width * channels)
        for y in 0..<height {
            for value in 0..<line {
                let sum = rows[y].reduce(0) { $0 + $1.weight * lines[$1.place * line + value] }
                result.pixels[y * line + value] = UInt8((sum + total / 2) / total)
            }
        }
        return result
    }
}

/// Which of `count` cells each of `others` cells of the same length covers, and how much of each; the weights of a cell add up to `count`.
private struct Coverage {
    private let cells: [[(place: Int, weight: Int)]]

    init(of count: Int, by others: Int) {
        // In parts of which a cell has `others`, and a cell of the others `count`.
        cells = (0..<others).map { other in
            let (start, end) = (other * count, (other + 1) * count)
            return (start / others...(end - 1) / others).map { place in
                (place, min(end, (place + 1) * others) - max(start, place * others))
            }
        }
    }

    subscript(cell: Int) -> [(place: Int, weight: Int)] { cells[cell] }
}

import Formats
import Testing

struct TablePlotTests {
    private static let (gray, red): ([UInt8], [UInt8]) = ([196, 196, 196], [214, 69, 48])

    private func pixel(_ picture: Picture, x: Int, y: Int) -> [UInt8] {
        let first = (y * picture.width + x) * 3
        return Array(picture.pixels[first..<first + 3])
    }

    private func count(_ colour: [UInt8], _ picture: Picture) -> Int {
        stride(from: 0, to: picture.pixels.count, by: 3).count { Array(picture.pixels[$0..<$0 + 3]) == colour }
    }

    @Test func `Points of samples lie over those of data, the second column upwards, and what has gone away at the border`() {
        let data: [Float] = [0, 0, 10, 100, 5, 50]
        let picture = TablePlot(samples: [5, 50, 1e9, 50, 0, 100, .nan, 0], data: data, columns: 2).points
        #expect(picture.width == picture.height && count(Self.red, picture) == 3 * 16 && count(Self.gray, picture) == 2 * 4)
        let middle = picture.width / 2
        #expect(pixel(picture, x: middle, y: middle - 1) == Self.red)
        #expect(pixel(picture, x: picture.width - 1, y: middle - 1) == Self.red)
        // A tenth of the data's extent is left at each side: 1/12 of the picture.
        #expect(pixel(picture, x: picture.width / 12, y: picture.height / 12 - 1) == Self.red)
        #expect(pixel(picture, x: picture.width / 12, y: picture.height - picture.height / 12 - 1) == Self.gray)
    }

    @Test func `Every column has a histogram in its own range, the fullest bin as high as its panel`() {
        // Two columns of very different size, whose samples are the data.
        let rows = (0..<400).flatMap { [Float($0 % 20), 1e6 * Float($0 % 5)] }
        let picture = TablePlot(samples: rows, data: rows, columns: 2).marginals
        #expect(picture.width == 2 * 126 + 6 && picture.height == 86 + 6)
        for left in [6, 132] {
            let reds = (0..<120).flatMap { x in (0..<80).filter { pixel(picture, x: left + x, y: 6 + $0) == Self.red } }
            #expect(reds.min() == 0, "panel at \(left)")
        }
        #expect(count(Self.gray, picture) > 1000)
        let alone = TablePlot(samples: rows, data: [], columns: 2).marginals
        #expect(count(Self.gray, alone) == 0 && count(Self.red, alone) > 200)
    }

    @Test func `Many columns have a grid of the first ones`() {
        let picture = TablePlot(samples: [Float](repeating: 1, count: 3000), data: [], columns: 1000).marginals
        #expect(picture.width == 8 * 126 + 6 && picture.height == 8 * 86 + 6)
    }
}

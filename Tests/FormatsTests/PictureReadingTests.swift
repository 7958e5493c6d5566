import Failures
import Formats
import TestSupport
import Testing

@Suite struct PictureReadingTests {
    /// Pixels without a pattern.
    private static func noise(_ width: Int, _ height: Int, channels: Int) -> Picture {
        var (random, picture) = (SplitMix64(state: 7), Picture(width: width, height: height, channels: channels))
        for index in picture.pixels.indices { picture.pixels[index] = UInt8(truncatingIfNeeded: random.next()) }
        return picture
    }

    @Test(arguments: [1, 3]) func `a picture that is written and read again is the same`(channels: Int) throws {
        let picture = Self.noise(17, 9, channels: channels)
        #expect(try Picture(png: picture.png(), name: "p") == picture)
    }

    @Test func `bytes that are no picture, or a part of one, are refused by name`() throws {
        let bytes = try Self.noise(40, 40, channels: 3).png()
        for part in [[], Array("GIF89a".utf8), Array(bytes.prefix(20)), Array(bytes.prefix(bytes.count / 2))] {
            let failure = #expect(throws: Failure.self) { try Picture(png: part, name: "broken.png") }
            #expect(failure?.kind == .data && failure?.message.hasPrefix("broken.png: ") == true)
        }
    }

    @Test(arguments: [(1, 1), (1, 4), (3, 3)]) func `a grid of images comes back with one pixel a value, whole rows of it`(
        channels: Int, scale: Int
    ) throws {
        let values = (0..<7 * 5 * 4 * channels).map { Float($0 * 7919 % 256) / 255 }
        func grid(_ scale: Int, count: Int) -> Picture {
            ImageGrid.picture(
                Array(values.prefix(count * 5 * 4 * channels)), count: count, height: 5, width: 4, channels: channels, low: 0, high: 1,
                columns: 3,
                scale: scale)
        }
        let large = grid(scale, count: 7)
        #expect(ImageGrid.reduced(large, height: 5, width: 4) == grid(1, count: 7))
        #expect(ImageGrid.reduced(large, height: 5, width: 4, most: 5) == grid(1, count: 3), "one whole row of three")
    }

    @Test func `a picture that is no grid of such images is not taken for one`() {
        #expect(ImageGrid.reduced(Self.noise(31, 31, channels: 1), height: 4, width: 4) == nil)
    }
}

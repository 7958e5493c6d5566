import Failures
import Formats
import Foundation
import TestSupport
import Testing

private let fixtures = Fixture.path("formats")

@Suite struct ArrayFileTests {
    private func whole(_ bytes: [UInt8], limit: Int = 1 << 24) -> DataFile { DataFile(bytes, path: "x", limit: limit) }

    private func read(_ file: any ArrayFile) throws -> [NumericColumn] { try file.entries.flatMap { try file.columns($0, .all) } }

    @Test(arguments: ["pair.npz", "images.npz"])
    func `an archive cut anywhere is refused`(name: String) throws {
        let bytes = try contents("\(fixtures)/\(name)")
        let columns = try read(NPZ(whole(bytes)))
        #expect(columns.count == 2)
        for count in 0..<bytes.count { try refusal { _ = try read(NPZ(whole(Array(bytes[..<count])))) } }
    }

    @Test(arguments: ["pair.npz", "images.npz"])
    func `a damaged archive is refused, or its arrays are whole`(name: String) throws {
        let bytes = try contents("\(fixtures)/\(name)")
        let columns = try read(NPZ(whole(bytes)))
        var random = SplitMix64(state: 21)
        for _ in 0..<5_000 {
            guard let read = try? read(NPZ(whole(random.damaged(bytes)))) else { continue }
            // Names, and whole members, may be lost; a value that changes is noticed by the checksum.
            for column in read { #expect(columns.contains { $0.array == column.array }) }
        }
    }

    @Test func `an array beyond the limit is refused before it is held`() throws {
        let bytes = try contents("\(fixtures)/pair.npz")
        #expect(
            try refusal { _ = try read(NPZ(whole(bytes, limit: 100))) }.message.contains("features.npy has 200 bytes; the limit is 100"))
    }

    /// `a.npy` stored behind a header whose sizes stand in zip64 fields, as `numpy.savez` writes arrays of 4 GiB and more.
    @Test func `sizes in the fields of zip64 are read`() throws {
        let array = NumericArray(shape: [3], .float32([1, 2, 3]))
        let npy = NPY.encode(array)
        func number(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let (checksum, wide) = (number(Int(crc(npy)), 4), number(0xffff_ffff, 4))
        let (name, sizes): ([UInt8], [UInt8]) = (Array("a.npy".utf8), number(npy.count, 8) + number(npy.count, 8))
        let local: [[UInt8]] = [
            [0x50, 0x4b, 3, 4], number(45, 2), number(0, 8), checksum, wide, wide, number(5, 2), number(20, 2), name, number(1, 2),
            number(16, 2), sizes, npy,
        ]
        let entry: [[UInt8]] = [
            [0x50, 0x4b, 1, 2], number(45, 2), number(45, 2), number(0, 8), checksum, wide, wide, number(5, 2), number(28, 2),
            number(0, 10),
            wide, name, number(1, 2), number(24, 2), sizes, number(0, 8),
        ]
        let (localSize, entrySize) = (local.joined().count, entry.joined().count)
        let end: [[UInt8]] = [
            [0x50, 0x4b, 6, 6], number(44, 8), number(45, 2), number(45, 2), number(0, 8), number(1, 8), number(1, 8), number(entrySize, 8),
            number(localSize, 8),
        ]
        let locator: [[UInt8]] = [[0x50, 0x4b, 6, 7], number(0, 4), number(localSize + entrySize, 8), number(1, 4)]
        let last: [[UInt8]] = [[0x50, 0x4b, 5, 6], number(0, 4), number(0xffff, 2), number(0xffff, 2), wide, wide, number(0, 2)]
        let bytes: [UInt8] = [local, entry, end, locator, last].flatMap { Array($0.joined()) }
        #expect(try read(NPZ(whole(bytes))) == [NumericColumn(name: "a", array)])
        for count in 0..<bytes.count { try refusal { _ = try read(NPZ(whole(Array(bytes[..<count])))) } }
    }

    /// CRC-32 bit by bit.
    private func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere), arguments: ["table.h5", "pair.h5", "latest.h5"])
    func `an HDF5 file in memory is read as one on the disk is`(name: String) throws {
        let path = "\(fixtures)/\(name)"
        let columns = try read(HDF5.open(DataFile(path)))
        #expect(!columns.isEmpty)
        #expect(try read(HDF5.open(whole(contents(path)))) == columns)
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere), arguments: ["table.h5", "latest.h5", "records.h5"])
    func `an HDF5 file that is cut is refused`(name: String) throws {
        let bytes = try contents("\(fixtures)/\(name)")
        for count in stride(from: 0, to: bytes.count, by: 97) {
            try refusal { _ = try read(HDF5.open(whole(Array(bytes[..<count])))) }
        }
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere)) func `an HDF5 array beyond the limit is refused before it is held`() throws {
        let file = try DataFile("\(fixtures)/latest.h5", limit: 100)
        #expect(try refusal { _ = try read(HDF5.open(file)) }.message.contains("deep/er/x has 144 bytes; the limit is 100"))
    }
}

@Suite struct PictureResizingTests {
    private static let noise: Picture = {
        var (random, picture) = (SplitMix64(state: 3), Picture(width: 13, height: 7, channels: 3))
        for index in picture.pixels.indices { picture.pixels[index] = UInt8(truncatingIfNeeded: random.next()) }
        return picture
    }()

    /// The mean of the area under a pixel, by a finer grid on which all borders lie.
    private func plain(_ picture: Picture, _ width: Int, _ height: Int, x: Int, y: Int, channel: Int) -> Double {
        let isWide = picture.width * height > picture.height * width
        let (w, h) =
            isWide
            ? (max(1, (picture.height * width + height / 2) / height), picture.height)
            : (picture.width, max(1, (picture.width * height + width / 2) / width))
        let (left, top) = ((picture.width - w) / 2, (picture.height - h) / 2)
        var sum = 0.0
        for fineY in 0..<h {
            for fineX in 0..<w {
                let (sourceY, sourceX) = (top + (y * h + fineY) / height, left + (x * w + fineX) / width)
                sum += Double(picture.pixels[(sourceY * picture.width + sourceX) * picture.channels + channel])
            }
        }
        return sum / Double(w * h)
    }

    @Test(arguments: [(13, 7), (4, 4), (1, 1), (7, 13), (26, 14), (5, 3)])
    func `a pixel is the mean of the area that it covers, of the middle of the picture`(width: Int, height: Int) {
        let resized = Self.noise.resized(width: width, height: height)
        #expect(resized.width == width && resized.height == height && resized.channels == 3)
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<3 {
                    let mean = plain(Self.noise, width, height, x: x, y: y, channel: channel)
                    #expect(abs(Double(resized.pixels[(y * width + x) * 3 + channel]) - mean) <= 0.5 + 1e-9)
                }
            }
        }
    }

    @Test func `bytes that are no picture of JPEG, or a part of one, are refused by name`() throws {
        let bytes = try contents("\(fixtures)/sizes/3.jpeg")
        for count in [3, 20, bytes.count / 2, bytes.count - 40] {
            let failure = try refusal { _ = try Picture(decoding: Array(bytes[..<count]), name: "broken.jpg") }
            #expect(failure.kind == .data && failure.message.hasPrefix("broken.jpg: "))
        }
        var random = SplitMix64(state: 22)
        for _ in 0..<2_000 { _ = try? Picture(decoding: random.damaged(bytes), name: "x") }
    }
}

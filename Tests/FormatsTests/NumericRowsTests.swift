import Failures
import Formats
import Foundation
import TestSupport
import Testing

private let fixtures = Fixture.path("formats")

/// Rows that are read when they are wanted are those of the array that is read whole.
@Suite struct NumericRowsTests {
    /// An `.npy` file of a type whose numbers are some bytes, none of them no number.
    private static func npy(_ type: String, size: Int, shape: [Int]) -> [UInt8] {
        let count = shape.reduce(size, *)
        let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape.map(String.init).joined(separator: ", ")),), }\n"
        let prefix: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0]
        return prefix + Array(text.utf8) + (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 % 113) }
    }

    /// All pieces of the rows.
    private func check(_ rows: any NumericRows, are array: NumericArray, _ name: String) throws {
        #expect(rows.shape == array.shape && rows.type == array.type, "\(name)")
        let width = rows.width
        for range in [0..<rows.count, 0..<1, rows.count - 1..<rows.count, 1..<3, 2..<2] {
            let expected = array.values.taking(range.lowerBound * width..<range.upperBound * width)
            #expect(try rows.rows(range) == expected, "\(name), rows \(range)")
        }
        // Another process opens them by where they stand.
        #expect(try rows.place.open().rows(1..<2) == array.values.taking(width..<2 * width), "\(name)")
    }

    @Test(arguments: ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "b1"])
    func `rows of .npy have the numbers of the whole array, whatever their type and order of bytes`(type: String) throws {
        let folder = try TemporaryFolder()
        for order in type.hasSuffix("1") ? ["|"] : ["<", ">"] {
            let bytes = Self.npy(order + type, size: Int(String(type.last!))!, shape: [5, 3, 2])
            let path = try folder.file("a.npy", bytes)
            let rows = try #require(try NPY.rows(DataFile(path)))
            try check(rows, are: NPY.decode(bytes, name: path), order + type)
        }
    }

    @Test func `arrays that only reading all of them tells are left to it, and damaged ones are refused as there`() throws {
        let folder = try TemporaryFolder()
        for name in ["fortran.npy", "records.npy"] { #expect(try NPY.rows(DataFile("\(fixtures)/\(name)")) == nil, "\(name)") }
        #expect(try NPY.rows(DataFile(folder.file("u8.npy", Self.npy("<u8", size: 8, shape: [2, 2])))) == nil)
        let bytes = Self.npy("<f4", size: 4, shape: [5, 3])
        let path = try folder.file("cut.npy", Array(bytes.dropLast()))
        let (found, expected) = (
            try refusal { _ = try NPY.rows(DataFile(path)) }, try refusal { _ = try NPY.decode(Array(bytes.dropLast()), name: path) }
        )
        #expect(found == expected)
    }

    @Test func `rows of IDX are those of the whole file`() throws {
        let folder = try TemporaryFolder()
        let bytes: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<24).map { UInt8($0 * 10) }
        let path = try folder.file("images-idx3-ubyte", bytes)
        try check(try #require(try IDX.rows(DataFile(path))), are: IDX.decode(bytes, name: path), "IDX")
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere), arguments: ["table.h5", "images.h5", "table.nc", "latest.h5"])
    func `rows of HDF5 are those of the whole array, contiguous or in compressed chunks`(name: String) throws {
        let arrays = try HDF5.open(DataFile("\(fixtures)/\(name)"))
        var found = 0
        for entry in arrays.entries {
            guard let (rows, titles) = try arrays.rows(entry) else { continue }
            let column = try #require(try arrays.columns(entry, .all).first)
            try check(rows, are: column.array, "\(name): \(entry.name)")
            #expect(titles == column.titles)
            found += 1
        }
        #expect(found > 0)
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere))
    func `packed numbers, records and frames of HDF5 are read whole, and a number that stands for none is refused by its row`() throws {
        for name in ["packed.nc", "records.h5"] {
            let arrays = try HDF5.open(DataFile("\(fixtures)/\(name)"))
            for entry in arrays.entries where entry.role == .rows { #expect(try arrays.rows(entry) == nil, "\(name): \(entry.name)") }
        }
        let arrays = try HDF5.open(DataFile("\(fixtures)/missing.nc"))
        let entry = try #require(arrays.entries.first { $0.role == .rows && $0.shape?.count ?? 0 > 1 })
        let expected = try refusal { _ = try arrays.columns(entry, .all) }
        let rows = try #require(try arrays.rows(entry)).rows
        let found = try refusal { _ = try rows.rows(0..<rows.count) }
        #expect(found == expected)
    }

    @Test func `a file that has become shorter is an error that names the row and the bytes`() throws {
        let folder = try TemporaryFolder()
        let bytes = Self.npy("<f4", size: 4, shape: [5, 3])
        let path = try folder.file("a.npy", bytes)
        let rows = try #require(try NPY.rows(DataFile(path)))
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: UInt64(bytes.count - 12 - 5))
        #expect(try rows.rows(0..<3).count == 9)
        let found = try refusal { _ = try rows.rows(2..<5) }
        #expect(found.kind == .inputOutput)
        #expect(
            found.message.contains(
                "\(path): row 3 from 0: expected 12 bytes at byte \(bytes.count - 24), found 7: the file has become shorter"),
            "\(found.message)")
    }
}

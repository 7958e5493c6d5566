import Commands
import Configuration
import Distributed
import Failures
import Formats
import Foundation
import TestSupport
import Testing
import Training

/// What a run learns does not depend on the format of its data.
@Suite struct SourceFormatTests {
    private static let fixtures = Fixture.path("formats")
    private let scratch = ScratchFolder()

    /// What training leaves, but for the description of the rows.
    private func bits(_ name: String, _ arguments: [String]) throws -> [[UInt8]?] {
        let folder = scratch.run(name.replacing("/", with: "-"))
        try ScratchRun.train(["data.source=\(Self.fixtures)/\(name)", "data.noise=0"] + arguments, in: folder)
        let contents = try folder.contents(ofStep: 8)
        return ["optimizer.safetensors", "chains.safetensors"].map { contents[$0].map { Array($0) } }
    }

    @Test func `the same rows of .npy, .npz, CSV and HDF5 train to the same bits`() throws {
        let expected = try bits("table.npy", [])
        #expect(expected.allSatisfy { $0?.isEmpty == false })
        for name in ["big-endian.npy", "table.npz", "padded.csv.gz"] + (OptionalLibrary.hdf5.isThere ? ["table.h5", "table.nc"] : []) {
            #expect(try bits(name, []) == expected, "\(name)")
        }
    }

    @Test func `classes of every format reach the objectives that need them`() throws {
        let teaching = VariationalTeachingTests.teaching + ["condition.kind=label"]
        func bits(_ name: String, _ arguments: String...) throws -> [[UInt8]?] { try self.bits(name, teaching + arguments) }
        let expected = try bits("records.npy", "data.columns=a,b,c", "data.labelColumn=class")
        #expect(try bits("pair.npz", "data.labelColumn=target") == expected)
        let others = try self.bits("table.npy", VariationalTeachingTests.teaching)
        #expect(expected.allSatisfy { $0?.isEmpty == false } && others != expected, "with classes another model")
        guard OptionalLibrary.hdf5.isThere else { return }
        #expect(try bits("pair.h5", "data.labelColumn=events/target") == expected)
        #expect(try bits("frame.h5.gz", "data.labelColumn=class") == expected)
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere), arguments: [1, 3])
    func `samples and energies written as HDF5 have the numbers and the names of the other formats`(ranks: Int) throws {
        let folder = scratch.run()
        try ScratchRun.train(["data.source=\(Self.fixtures)/padded.csv.gz", "data.standardize=true"], in: folder)
        func column(_ name: String, _ body: @escaping @Sendable (String, any Communicator) throws -> Void) throws -> NumericColumn {
            let path = "\(scratch.path)/\(name)"
            _ = try ThreadRanks.run(ranks) { try body(path, $0) }
            let file = try HDF5.open(DataFile(path))
            #expect(file.entries.map(\.name) == [HDF5Layout.array])
            return try #require(try file.columns(file.entries[0], .all).first)
        }
        let samples = try column("s.h5") { _ = try SampleCommand(folder: folder.path, count: 33, output: $0).run($1) }
        #expect(samples.titles == ["a", "b", "c"])
        let array = "\(scratch.path)/s.npy"
        _ = try SampleCommand(folder: folder.path, count: 33, output: array).run(SoloCommunicator())
        #expect(try samples.array == NPY.decode(FileBytes.read(array), name: "s"))
        // And they are read again, by their names.
        let energies = try column("e.h5") { _ = try EnergyCommand(folder: folder.path, input: "\(scratch.path)/s.h5", output: $0).run($1) }
        let plain = "\(scratch.path)/e.npy"
        _ = try EnergyCommand(folder: folder.path, input: array, output: plain).run(SoloCommunicator())
        #expect(try energies.array == NPY.decode(FileBytes.read(plain), name: "e"))
    }
}

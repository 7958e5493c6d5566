import Failures
import Foundation
import Glibc
import Testing
import Training

/// Checkpoints that are out of the way: how many stay, and which.
struct AsideTests {
    private let scratch = ScratchFolder()

    /// Saves the step as a run does, after whatever was saved before, and takes the checkpoint out of the way.
    private func save(_ step: Int, in folder: RunFolder, keeping isKept: Bool = false) throws {
        let path = folder.checkpoint(step)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if isKept { _ = FileManager.default.createFile(atPath: "\(path)/KEEP", contents: nil) }
        let before = try folder.asides().first.map { try modified("\(folder.checkpoints)/\($0)") } ?? Date(timeIntervalSince1970: 1e9)
        try FileManager.default.setAttributes([.modificationDate: before + 1], ofItemAtPath: path)
    }

    private func modified(_ path: String) throws -> Date {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    }

    @Test func `the newest stay, by the time of their save and not by their step, and each stay and each end is said`() throws {
        let folder = scratch.run()
        try folder.create()
        for step in [60, 70, 80] { try save(step, in: folder) }
        // All at once, the newest first.
        for (index, step) in [60, 70, 80].enumerated() {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1e9 + Double(index))], ofItemAtPath: folder.checkpoint(step))
        }
        let first = try folder.setAside([80, 70, 60], keep: 2)
        #expect(try folder.asides() == ["step-00000080.aside", "step-00000070.aside"])
        #expect(
            first.count == 1
                && first[0].contains("step-00000080.aside, step-00000070.aside, step-00000060.aside; removed: step-00000060.aside"))
        #expect(first[0].contains("the newest 2 stay, as checkpoint.keep says"))
        // A later course comes to the same steps: what is there under their names stays.
        try save(70, in: folder)
        #expect(try folder.setAside([70], keep: 2)[0].contains("step-00000070.aside-2; removed: step-00000070.aside "))
        #expect(try folder.asides() == ["step-00000070.aside-2", "step-00000080.aside"])
        #expect(try folder.setAside([], keep: 2) == [])
        #expect(try folder.steps() == [])
    }

    @Test func `one with a file KEEP stays`() throws {
        let folder = scratch.run()
        try folder.create()
        for step in [10, 10, 20, 30] {
            try save(step, in: folder, keeping: step == 10)
            _ = try folder.setAside([step], keep: 1)
        }
        #expect(try folder.asides() == ["step-00000030.aside", "step-00000010.aside-2", "step-00000010.aside"])
    }
}

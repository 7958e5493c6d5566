import Foundation
import Testing
import Training

/// What data lose and lack is said before the first step.
struct DataNotesTests {
    let scratch = ScratchFolder()

    /// Trains on a table whose columns at 2²⁴ and beyond keep a few different values as 32-bit floats.
    private func said(columns: Int, _ arguments: [String] = []) throws -> String {
        let head = (0..<columns).map { "c\($0)" }.joined(separator: ",")
        let rows = (0..<60).map { row in (0..<columns).map { _ in "\(1_000_000_000 + row)" }.joined(separator: ",") }
        let path = "\(scratch.path)/table.csv"
        try Data(([head] + rows).joined(separator: "\n").utf8).write(to: URL(filePath: path))
        return try ScratchRun.train(["data.source=\(path)", "run.steps=1", "guard.maximumGap=null"] + arguments, in: scratch.run())
            .joined(separator: "\n").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func `columns that lose most of their values are named, three of them, and the others counted`() throws {
        let text = try said(columns: 5)
        #expect(text.contains("column 1 (c0) has 60 different values, ") && text.contains("column 3 (c2) has 60"), "\(text)")
        #expect(!text.contains("column 4 (c3) has") && text.contains("2 more columns lose most"), "\(text)")
    }

    @Test func `a constant column is named where columns are standardised`() throws {
        let path = "\(scratch.path)/constant.csv"
        try Data((0..<40).map { "\($0 % 7),3" }.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        func said(_ arguments: [String]) throws -> String {
            try ScratchRun.train(
                ["data.source=\(path)", "run.steps=1", "guard.maximumGap=null"] + arguments, in: scratch.run(arguments[0])
            )
            .joined(separator: "\n").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        #expect(try said(["data.standardize=true"]).contains("column 2 is constant: shifted to 0"))
        #expect(try !said(["data.standardize=false"]).contains("is constant"))
    }

    @Test func `standardised from the file's own numbers they lose nothing, and nothing is said`() throws {
        let text = try said(columns: 2, ["data.standardize=true"])
        #expect(!text.contains("different values"), "\(text)")
    }
}

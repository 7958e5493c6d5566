import Configuration
import Failures
import Foundation
import Testing

/// Cells of a sweep, from words to assignments.
@Suite struct SweepTests {
    let scratch = ScratchFolder()

    private func file(_ text: String) throws -> String {
        let path = "\(scratch.path)/sweep.json5"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test func `axes make a grid, the last one changing first, and commas in brackets separate no values`() throws {
        let sweep = try Sweep(["run.seed=1,2", "model.widths=[64],[128,128]"])
        #expect(
            sweep.cells == [
                ["run.seed=1", "model.widths=[64]"], ["run.seed=1", "model.widths=[128,128]"], ["run.seed=2", "model.widths=[64]"],
                ["run.seed=2", "model.widths=[128,128]"],
            ])
        #expect(sweep.name(0) == "1_seed=1_widths=-64-" && sweep.name(3) == "4_seed=2_widths=-128-128-")
        let many = try Sweep(["run.seed=\((1...12).map(String.init).joined(separator: ","))"])
        #expect(many.name(0) == "01_seed=1" && many.name(11) == "12_seed=12")
    }

    @Test func `a file is a grid or a list of cells`() throws {
        #expect(
            try Sweep([file("{\"run.seed\": [1, 2], \"objective.kind\": ['cd']}")]).cells
                == [["objective.kind=cd", "run.seed=1"], ["objective.kind=cd", "run.seed=2"]])
        #expect(
            try Sweep([file("[{\"run.seed\": 1}, {\"run.seed\": 2, \"model.widths\": [3, 4]}]"), "sampler.steps=5"]).cells
                == [["run.seed=1", "sampler.steps=5"], ["model.widths=[3, 4]", "run.seed=2", "sampler.steps=5"]])
    }

    @Test(arguments: [
        (["run.seed="], Failure.Kind.usage, "a value between commas"), (["run.seed=1,,2"], .usage, "a value between commas"),
        (["run.seed=1", "run.seed=2"], .usage, "run.seed twice"), (["none.json5"], .missingInput, "none.json5"),
        (
            [
                "run.seed=\((0..<101).map(String.init).joined(separator: ","))",
                "run.steps=\((0..<100).map(String.init).joined(separator: ","))",
            ],
            .usage, "at most 10000 cells"
        ),
    ]) func `what is no sweep is refused`(_ axes: [String], _ kind: Failure.Kind, _ says: String) {
        let found = #expect(throws: Failure.self) { _ = try Sweep(axes) }
        #expect(found?.kind == kind && found?.message.contains(says) == true, "\(found?.message ?? "")")
    }

    @Test func `a file without lists or cells is refused`() throws {
        for text in ["{\"run.seed\": 1}", "{\"run.seed\": []}", "[]", "[1]", "3"] {
            let path = try file(text)
            let found = #expect(throws: Failure.self) { _ = try Sweep([path]) }
            #expect(found?.kind == .configuration && found?.message.contains(path) == true, "\(text): \(found?.message ?? "")")
        }
    }
}

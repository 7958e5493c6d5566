import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Numerics
import TestSupport
import Testing
import Training

/// What the rows of a run are for.
@Suite struct HeldOutRowsTests {
    private static let text =
        "x,fold,class\n" + (0..<30).map { "\($0),\($0 % 5 == 0 ? "test" : $0 % 5 == 1 ? "val" : "train"),\($0 % 2)\n" }.joined()

    private func split(_ arguments: [String]) throws -> SplitRows {
        let folder = try TemporaryFolder()
        let path = try folder.file("t.csv", Array(Self.text.utf8))
        let configuration = try RunConfiguration.resolve(arguments: ["data.source=\(path)", "data.noise=0"] + arguments)
        return try configuration.split(configuration.loadedSource())
    }

    private func x(_ source: DataSource?) -> Set<Int> {
        guard case .floats(let values)? = source?.dataset?.values, let width = source?.shape.count else { return [] }
        return Set(stride(from: 0, to: values.count, by: width).map { Int(values[$0]) })
    }

    @Test func `a column deals rows to training, validation and test, and another leaves rows out`() throws {
        let rows = try split(["data.split=fold", "data.rows=class=1"])
        let odd = Set((0..<30).filter { $0 % 2 == 1 })
        #expect(x(rows.test) == odd.filter { $0 % 5 == 0 } && x(rows.heldOut) == odd.filter { $0 % 5 == 1 })
        #expect(x(rows.training) == odd.filter { $0 % 5 > 1 } && x(rows.rest) == Set(0..<30).subtracting(odd))
    }

    @Test func `shares are of the rows that are chosen, and none of them is in two parts`() throws {
        let rows = try split(["data.validation=0.2", "data.test=0.4", "data.rows=class=1", "data.columns=x"])
        #expect(x(rows.heldOut).count == 3 && x(rows.test).count == 6 && x(rows.training).count == 6 && x(rows.rest).count == 15)
        #expect(x(rows.heldOut).union(x(rows.test)).union(x(rows.training)) == Set((0..<30).filter { $0 % 2 == 1 }))
        let alone = try split(["data.validation=0.2", "data.rows=class=1", "data.columns=x"])
        #expect(x(alone.heldOut) == x(rows.heldOut) && alone.test == nil)
        let test = try split(["data.test=0.2", "data.columns=x"])
        #expect(test.heldOut == nil && x(test.test).count == 6 && x(test.training).count == 24)
    }

    @Test func `a density has no rows for a test`() throws {
        let configuration = try RunConfiguration.resolve(arguments: ["data.source=moons", "data.test=0.2"])
        let failure = #expect(throws: Failure.self) { _ = try configuration.split(configuration.loadedSource()) }
        #expect(failure?.kind == .configuration && failure?.message.contains("data.test = 0.2: moons gives fresh rows") == true)
    }
}

import Datasets
import Failures
import Formats
import Numerics
import Testing

/// What columns say of rows: their weight, what they are for, and whether they are learned.
@Suite struct RowRolesTests {
    private static let text = "x,w,fold,class\n0,1,train,g\n1,0,train,g\n2,2.5,valid,g\n3,1,test,g\n4,3,Train,h\n5,1,train,g\n"

    private func load(_ change: (inout LoadingOptions) throws -> Void) throws -> Dataset { try load(Self.text, change) }

    private func load(_ text: String, _ change: (inout LoadingOptions) throws -> Void) throws -> Dataset {
        try SmallTable.load(text, change: change)
    }

    private func x(_ data: Dataset?) -> [Int] { data.map { SmallTable.numbers($0).map { Int($0) } } ?? [] }

    @Test func `columns that say what rows are for are no part of a row`() throws {
        let data = try load { options in
            (options.weight, options.split) = ("w", "fold")
            options.rows = try ColumnChoices(["class=g"], key: "data.rows", form: "class=g")
        }
        #expect(data.columnNames == ["x"] && data.table.columns?.areNumbers != false && data.table.weights == [1, 0, 2.5, 1, 3, 1])
        #expect(try x(data.rows(for: .training)) == [0, 1, 5] && x(data.rows(for: .validation)) == [2])
        #expect(try x(data.rows(for: .test)) == [3] && x(data.rows(for: .rest)) == [4])
        #expect(try data.rows(for: .training)?.table.weights == [1, 0, 1])
        #expect(try Dataset(encoded: data.encoded()) == data)
        // A label and a chosen column stay what they are.
        let labelled = try load { options in
            (options.label, options.columns) = (.named("class"), ["x", "w"])
            options.rows = try ColumnChoices(["class=h|g", "w=1.0"], key: "data.rows", form: "class=g")
        }
        #expect(labelled.columnNames == ["x", "w"] && labelled.table.classNames == ["g", "h"])
        #expect(try labelled.rows(for: .training)?.labels == [0, 0, 0] && labelled.count == 6)
    }

    @Test func `other data of a model of numbers may have these columns, with other words, or lack them`() throws {
        func other(_ text: String) throws -> Dataset {
            try load(text) { options in
                (options.columns, options.isOfOtherData, options.split, options.weight) = (["x"], true, "fold", "w")
                options.rows = try ColumnChoices(["class=g"], key: "data.rows", form: "class=g")
            }
        }
        let same = try other(Self.text)
        #expect(same.columnNames == ["x"] && same.table.parts?.count == 6 && same.table.weights?.count == 6)
        #expect(try x(same.rows(for: .rest)) == [4])
        for text in ["x\n7\n", "x,class,fold,w\n7,k,none,-1\n", "7\n"] {
            let data = try other(text)
            #expect(x(data) == [7] && data.table.parts == nil && data.table.weights == nil, "\(text)")
        }
        #expect(
            SmallTable.refusal { _ = try other("x,class\nseven,g\n") }.contains("line 2, column 1 (x): expected a finite decimal number"))
    }

    @Test func `what columns cannot say is refused with its place`() throws {
        let cases: [(String, Failure.Kind, (inout LoadingOptions) throws -> Void)] = [
            ("data.weight: expected a column of", .configuration, { $0.weight = "v" }),
            ("data.split: expected a column of", .configuration, { $0.split = "folds" }),
            ("row 0 from 0, column 'fold' (data.weight): expected a weight of 0 or more, found 'train'", .data, { $0.weight = "fold" }),
            ("row 0 from 0, column 'class' (data.split): expected train, validation or test, found 'g'", .data, { $0.split = "class" }),
            (
                "column 'class' (data.rows): expected one of g, h, found 'gg'. Did you mean", .data,
                { $0.rows = try ColumnChoices(["class=gg"], key: "data.rows", form: "class=g") }
            ),
            (
                "found none that data.rows and data.split choose", .data,
                {
                    $0.rows = try ColumnChoices(["w=2.5"], key: "data.rows", form: "class=g")
                    $0.split = "fold"
                }
            ),
        ]
        for (words, kind, change) in cases {
            let message = SmallTable.refusal(kind) { _ = try load(change) }
            #expect(message.contains(words), "\(message)")
        }
        #expect(SmallTable.refusal { _ = try load("x,w\n1,-1\n") { $0.weight = "w" } }.contains("found '-1'"))
        #expect(SmallTable.refusal { _ = try load("x,w\n1,0\n2,0\n") { $0.weight = "w" } }.contains("found 0 alone"))
    }

    @Test func `rows are seen in proportion to their weights, in every epoch up to one`() throws {
        let data = try load { $0.weight = "w" }
        let bare = try load("x\n0\n1\n2\n3\n4\n5\n") { _ in }
        #expect(bare.table.weights == nil)
        let stream = try DataStream(source: .dataset(data), seed: 5, shards: 2, rowsPerShard: 3)
        let weights = [1, 0, 2.5, 1, 3, 1].map { $0 / 8.5 }
        var counts = [Int](repeating: 0, count: 6)
        for epoch in 0..<2000 {
            var seen = [Int](repeating: 0, count: 6)
            for shard in 0..<2 { for row in stream.rows(step: epoch, shard: shard) ?? [] { seen[row] += 1 } }
            for (row, weight) in weights.enumerated() {
                #expect(seen[row] >= Int(6 * weight) && seen[row] <= Int((6 * weight).rounded(.up)))
                counts[row] += seen[row]
            }
        }
        // A count is one of two whole numbers: a variance of at most 1/4 an epoch, five deviations.
        for (row, weight) in weights.enumerated() { #expect(abs(Double(counts[row]) - 12000 * weight) < 5 * (2000 * 0.25).squareRoot()) }
    }

    @Test func `two shares are held out one after the other, the first as it is alone`() throws {
        let data = try Dataset(name: "n", shape: ImageShape(vector: 1), values: .floats((0..<20).map { Float($0) }))
        let (rest, both) = try data.holdingOut([0.2, 0.3])
        #expect(try x(both[0]) == x(data.holdingOut(0.2).heldOut) && both[1].count == 6)
        #expect(Set(x(rest) + x(both[0]) + x(both[1])) == Set(0..<20) && rest.count == 10)
    }
}

import Datasets
import Failures
import Foundation
import Numerics
import TestSupport
import Testing

/// Columns of whole numbers: how they are found, spread over their cells, and given back.
@Suite struct WholeColumnsTests {
    private static let text =
        "n,x,gap,same,k\n"
        + (0..<60).map { (row: Int) -> String in
            let gap = row % 7 == 6 ? "" : "\(100 * (row % 9))"
            return "\(row % 21),\(Double(row) + 0.5),\(gap),7,\(row % 2 == 0 ? "u" : "v")\n"
        }.joined()

    private func stream(_ data: Dataset, _ scale: [String] = [], change: (inout DataPreparation) -> Void = { _ in }) throws -> DataStream {
        var preparation = DataPreparation()
        (preparation.standardize, preparation.dequantize) = (true, true)
        preparation.scale = try ColumnChoices(scale, key: "data.scale", form: "flux=log", allowsAll: true)
        change(&preparation)
        return try DataStream(source: .dataset(data), preparation: preparation, seed: 3, shards: 1, rowsPerShard: data.count)
    }

    private func tile(_ stream: DataStream, step: Int = 0) -> Matrix {
        let tile = Matrix(rows: stream.rowsPerShard, columns: stream.shape.count)
        stream.fill(tile, step: step, shard: 0)
        return tile
    }

    private func column(_ values: [Double], _ place: Int, of width: Int) -> [Double] {
        stride(from: place, to: values.count, by: width).map { values[$0] }
    }

    @Test func `columns whose numbers are all whole are taken as such, unless data kinds say otherwise`() throws {
        let table = try #require(SmallTable.load(Self.text).table.columns)
        #expect(table.summary.map(\.text) == ["whole number", "number", "whole number; 8 missing", "whole number", "bit: u, v"])
        #expect(table.columns.map(\.isWhole) == [true, false, true, true, false])
        let said = try #require(SmallTable.load(Self.text, kinds: ["n=number", "gap=category"]).table.columns)
        #expect(said.summary.map(\.text).prefix(3) == ["number", "number", "category of 9: 0, 100, 200, 300, 400, 500, ...; 8 missing"])
        // Numbers alone: values, names and digests are what they are without kinds.
        let (plain, numbers) = (try SmallTable.load("1,2.5\n3,4\n"), try SmallTable.load("1,2.5\n3,4\n", kinds: ["x1=number"]))
        #expect(plain.table.columns?.columns.map(\.isWhole) == [true, false] && numbers.table.columns == nil)
        #expect(plain.values == numbers.values && plain.columnNames == nil && plain.table.digest == nil && plain.digest == numbers.digest)
        #expect(try Dataset(encoded: plain.encoded()) == plain)
        // Beyond 2^53 not every whole number is a double.
        #expect(try SmallTable.load("a\n9007199254740994\n1\n").table.columns == nil)
        for (kind, words) in [
            ("x=whole", "expected whole numbers from -2^53 to 2^53, found 0.5"), ("k=whole", "found 'u'"), ("n=whole:3", "found ':3'"),
        ] {
            let message = SmallTable.refusal(.configuration) { _ = try SmallTable.load(Self.text, kinds: [kind]) }
            #expect(message.contains(words), "\(message)")
        }
    }

    @Test func `models of tables remember them, and data are the same as for models of earlier versions`() throws {
        let data = try SmallTable.load(Self.text)
        let table = try #require(data.table.columns)
        #expect(try JSONDecoder().decode(TableColumns.self, from: JSONEncoder().encode(table)) == table)
        let former = try SmallTable.load(Self.text, kinds: ["n=number", "gap=number", "same=number"])
        #expect(former.table.digest == data.table.digest && former.table.columns != table)
        let wrong = #"{"columns":[{"name":"a","kind":"whole","period":3}],"isNamed":true,"leftOut":[]}"#
        #expect(throws: (any Error).self) { try JSONDecoder().decode(TableColumns.self, from: Data(wrong.utf8)) }
        // Such a model's rows are neither spread nor rounded.
        let preparation = RowPreparation(of: try stream(former))
        let taken = data.taken(as: preparation)
        #expect(taken.table == former.table)
        #expect(try tile(stream(taken)).values == tile(stream(former)).values && tile(stream(data)).values != tile(stream(former)).values)
    }

    @Test func `whole numbers lie anywhere in their cells and nowhere else, a column that never varies where it was`() throws {
        let data = try SmallTable.load(Self.text)
        let stream = try stream(data)
        let scales = try #require(stream.scales)
        var offsets: [Double] = []
        for step in 0..<40 {
            let rows = tile(stream, step: step)
            let preparation = RowPreparation(of: stream)
            let found = preparation.dataValues(rows.values)
            for row in 0..<rows.rows {
                let number = Double(rows[row, 0]) * scales.moments.deviations[0] + scales.moments.means[0]
                let cell = found[row * 5]
                #expect(cell == cell.rounded() && (0...20).contains(cell))
                offsets.append(number - cell)
                #expect(rows[row, 4] == 0)
            }
        }
        #expect(
            stream.shape.count == 6 && column(RowPreparation(of: stream).dataValues(tile(stream).values), 3, of: 5).allSatisfy { $0 == 7 })
        // Uniform in (-1/2, 1/2): mean 0, variance 1/12, with errors √(1/12n) and √(1/180n); floats beside.
        let count = Double(offsets.count)
        let mean = offsets.reduce(0, +) / count
        let squares = offsets.map { $0 * $0 }.reduce(0, +) / count
        #expect(offsets.allSatisfy { abs($0) < 0.5 + 1e-5 } && abs(mean) < 5 * (1 / (12 * count)).squareRoot())
        #expect(abs(squares - 1 / 12) < 5 * (1 / (180 * count)).squareRoot() + 1e-5)
        // Every row of the data is there, gaps and all.
        let (cells, given) = (RowPreparation(of: stream).dataValues(tile(stream).values), table(data))
        #expect(rowTexts(cells) == rowTexts(given))
        // In the middle where energies are asked for.
        let middle = RowPreparation(of: stream).rows(of: data)
        #expect(tile(stream.centred()).values.sorted() == middle.values.sorted())
    }

    private func table(_ data: Dataset) -> [Double] { data.table.columns?.decode(SmallTable.numbers(data)) ?? [] }

    /// Rows without the second column, whose numbers are no whole ones, in the order of their letters.
    private func rowTexts(_ cells: [Double]) -> [String] {
        stride(from: 0, to: cells.count, by: 5).map { (first: Int) -> String in
            "\(cells[first]) \(cells[first + 2]) \(cells[first + 3]) \(cells[first + 4])"
        }.sorted()
    }

    @Test func `scales that are curves spread cells in the units of the data, and rounded numbers have a logarithm`() throws {
        let lines = (0..<64).map { (row: Int) -> String in
            let (a, b) = (1 + row % 4, row % 8 * row % 8)
            return "\(a),\(b),\(row % 2 == 0 ? "u" : "v")\n"
        }
        let data = try SmallTable.load("a,b,k\n" + lines.joined())
        let stream = try stream(data, ["a=log", "b=quantile"])
        let preparation = RowPreparation(of: stream)
        let moments = try #require(stream.scales).moments
        let (mean, deviation) = (moments.means[0], moments.deviations[0])
        var logs: [Double] = []
        for step in 0..<20 {
            let rows = tile(stream, step: step)
            let found = preparation.dataValues(rows.values)
            #expect(rows.values.allSatisfy(\.isFinite) && column(found, 0, of: 3).sorted() == column(table(data), 0, of: 3).sorted())
            #expect(column(found, 1, of: 3).sorted() == column(table(data), 1, of: 3).sorted())
            logs += (0..<rows.rows).map { (row: Int) -> Double in exp(Double(rows[row, 0]) * deviation + mean) }
        }
        // Of the cell of 1 as much lies below it as above.
        let (below, above) = (logs.count { $0 > 0.5 && $0 < 1 }, logs.count { $0 > 1 && $0 < 1.5 })
        #expect(abs(below - above) < 5 * Int(Double(below + above).squareRoot()) && below + above == 20 * 16)
        // As far below 1 as can be: 1, and not 0, which has no logarithm.
        let least = preparation.dataValues([-30, 0, 0])
        #expect(least[0] == 1 && preparation.modelValues(least).allSatisfy(\.isFinite))
    }

    @Test func `cells of a model's coordinates are whole, 0 without a sign, and a unit of such a table has a volume`() throws {
        let data = try SmallTable.load("a,b\n0,0.5\n1,1.5\n5,3\n")
        let preparation = RowPreparation(of: try stream(data))
        let table = try #require(preparation.table)
        #expect(table.decode([41.3827, 41.3827, -0.3, -0.3, 2.5, 2.5, -2.5, 0]) == [41, 41.3827, 0, -0.3, 3, 2.5, -3, 0])
        #expect(table.decode([-0.3, 0])[0].sign == .plus && table.decode([.nan, 0])[0] == .infinity)
        // 0, 1, 5: mean 2, variance 14/3; .5, 1.5, 3: mean 5/3, variance 19/18.
        let expected = -(log(14.0 / 3) + log(19.0 / 18)) / 2
        #expect(abs((preparation.logVolume ?? 0) - expected) < 1e-12)
        // The numbers of an array are the same rows.
        let array = try Dataset(name: "array", shape: ImageShape(vector: 2), values: .floats([1, 1.5, 5, 3]))
        #expect(try preparation.conform(array, "--data a.npy").table.columns == table)
    }

    @Test func `numbers that are sites keep their values`() throws {
        let data = try SmallTable.load("a,b\n0,1\n1,1\n0,0\n1,5\n")
        let bits = RowSpace([RowSpace.Site(.bit(at: 0))], dimension: 2)
        let stream = try stream(data) { ($0.standardize, $0.dequantize, $0.keepsSites, $0.space) = (false, false, true, bits) }
        for step in 0..<8 {
            let rows = tile(stream, step: step)
            #expect((0..<4).allSatisfy { [0, 1].contains(rows[$0, 0]) } && (0..<4).contains { rows[$0, 1] != rows[$0, 1].rounded() })
        }
        let uniforms = RandomStream(seed: 1, purpose: .test, step: 0, index: 0)
        let given = RowPreparation(of: stream).rows(of: data, spreadBy: uniforms, keeping: bits.siteCoordinates)
        #expect((0..<4).map { given[$0, 0] } == [0, 1, 0, 1] && (0..<4).contains { given[$0, 1] != given[$0, 1].rounded() })
        let (row, site, found) = try #require(RowPreparation(of: stream).firstRow(of: SmallTable.load("a,b\n0,1\n1,1\n2,0\n"), off: bits))
        #expect(row == 2 && site.coordinates == 0..<1 && found == [2])
    }
}

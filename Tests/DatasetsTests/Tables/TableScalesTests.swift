import Datasets
import Failures
import Foundation
import Numerics
import TestSupport
import Testing

/// How columns are scaled, and spread.
@Suite struct TableScalesTests {
    private func stream(_ data: Dataset, standardize: Bool = true, _ scale: [String] = [], dequantize: Bool = false) throws -> DataStream {
        var preparation = DataPreparation()
        (preparation.standardize, preparation.dequantize) = (standardize, dequantize)
        preparation.scale = try ColumnChoices(scale, key: "data.scale", form: "flux=log", allowsAll: true)
        return try DataStream(source: .dataset(data), preparation: preparation, seed: 3, shards: 1, rowsPerShard: data.count)
    }

    /// By the order of the file.
    private func rows(_ stream: DataStream) -> Matrix {
        guard let data = stream.source.dataset else { return Matrix(rows: 0, columns: 0) }
        return RowPreparation(of: stream).rows(of: data)
    }

    private func column(_ rows: Matrix, _ place: Int) -> [Float] { (0..<rows.rows).map { rows[$0, place] } }

    @Test func `numbers are scaled without the rows that lack them, and words are not`() throws {
        let data = try SmallTable.load(SmallTable.birds, kinds: SmallTable.kinds)
        let rows = rows(try stream(data))
        // 3.5, 4.5, 5.5: mean 4.5, deviation √(2/3); nothing is the middle one.
        let unit = Float((2.0 / 3).squareRoot())
        #expect(zip(column(rows, 3), [-1 / unit, 0, 0, 1 / unit]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(column(rows, 4) == [0, 1, 0, 0] && column(rows, 0) == [1, 0, 0, 1] && column(rows, 5) == [1, 0, 1, 1])
        // A scale of the column leaves the coordinate alone that says that nothing is there.
        let logs = self.rows(try stream(data, ["mass=log"]))
        #expect(column(logs, 4) == [0, 1, 0, 0] && logs[0, 3] < logs[2, 3] && logs[2, 3] < logs[3, 3])
        // Orders 0, 2, 1, 0: mean 3/4, deviation √11/4.
        #expect(zip(column(rows, 9), [-3, 5, 1, -3]).allSatisfy { abs($0 - $1 / Float(11.0.squareRoot())) < 1e-6 })
    }

    @Test func `logarithms and quantiles are what they say, in double precision, and lead back`() throws {
        let text = "a,b,c\n" + (0..<40).map { "\(exp(Double($0) / 7)),\(Double($0 * $0)),\($0)\n" }.joined()
        let data = try SmallTable.load(text)
        let stream = try stream(data, ["a=log", "b=quantile", "c=none"])
        let rows = rows(stream)
        let logs = (0..<40).map { Double($0) / 7 }
        let (mean, deviation) = (logs.reduce(0, +) / 40, (logs.reduce(0) { $0 + pow($1 - 39.0 / 14, 2) } / 40).squareRoot())
        #expect(zip(column(rows, 0), logs).allSatisfy { abs(Double($0) - ($1 - mean) / deviation) < 1e-6 })
        // Φ of a score, times its deviation, is (rank + 1/2) / 40.
        let curves = try #require(stream.scales)
        let spread = curves.moments.deviations[1]
        for (row, score) in column(rows, 1).enumerated() {
            #expect(abs(erfc(-Double(score) * spread / 2.0.squareRoot()) / 2 - (Double(row) + 0.5) / 40) < 1e-6)
        }
        #expect(column(rows, 2) == (0..<40).map { Float($0) })
        let preparation = RowPreparation(of: stream)
        #expect(preparation.logVolume == nil)
        // At the ends a score is rounded to a float and goes on by the slope of the deviation, 460: 1e-7 of that.
        let numbers = preparation.dataValues(rows.values)
        #expect(zip(numbers, SmallTable.numbers(data)).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) })
        // Beyond what was seen: on, in a straight line.
        let (far, farther) = (preparation.modelValues([1, 3000, 0])[1], preparation.modelValues([1, 6000, 0])[1])
        #expect(far > rows[39, 1] && farther > far && abs(preparation.dataValues([0, farther, 0])[1] - 6000) < 0.1)
    }

    @Test func `equal numbers share their mean rank, and a word alone scales all numbers but no words`() throws {
        let text = "a,k\n" + (0..<8).map { "\($0 < 6 ? 1 : 2),\($0 % 2 == 0 ? "u" : "v")\n" }.joined()
        let stream = try stream(SmallTable.load(text), ["quantile"])
        let rows = rows(stream)
        #expect(column(rows, 1) == [0, 1, 0, 1, 0, 1, 0, 1])
        // Mean ranks 3/8 and 7/8: scores -0.31864 and 1.15035, then to mean 0 and deviation 1.
        let (low, high) = (-0.3186394, 1.1503494)
        let (mean, deviation) = ((6 * low + 2 * high) / 8, (high - low) * 3.0.squareRoot() / 4)
        #expect(abs(Double(rows[0, 0]) - (low - mean) / deviation) < 1e-6 && abs(Double(rows[7, 0]) - (high - mean) / deviation) < 1e-6)
    }

    @Test func `rows with weights are scaled as if each stood there as often, and those of no weight do not count`() throws {
        /// A line of the table, and how often it stands there.
        let rows = (0..<24).map { (row: Int) -> (line: String, weight: Int) in
            let (a, b) = (Double(row * row % 31), exp(Double(row * 7 % 24) / 5))
            return ("\(a),\(b),\(a),\(a > 15 ? "u" : "v")", row * 5 % 4)
        }
        let head = "a,b,c,k"
        let often = rows.flatMap { row in Array(repeating: row.line, count: row.weight) }
        let weighted = rows.map { row in "\(row.line),\(row.weight)" }
        func scales(_ lines: [String], weight: String? = nil) throws -> ColumnScales {
            let data = try SmallTable.load(lines.joined(separator: "\n") + "\n") { options in options.weight = weight }
            let own = try stream(data, ["a=quantile", "b=log"])
            return try #require(own.scales)
        }
        let expected = try scales([head] + often)
        let found = try scales([head + ",w"] + weighted, weight: "w")
        for place in 0..<3 {
            #expect(abs(expected.moments.means[place] - found.moments.means[place]) < 1e-12)
            #expect(abs(expected.moments.deviations[place] - found.moments.deviations[place]) < 1e-12)
        }
        guard case .knots(let values, let scores, _) = expected.curves[0], case .knots(let own, let ownScores, _) = found.curves[0] else {
            Issue.record("a quantile has knots")
            return
        }
        #expect(values == own && zip(scores, ownScores).allSatisfy { abs($0 - $1) < 1e-12 })
        // Without weights others.
        let plain = try scales([head] + rows.map(\.line))
        #expect(abs(plain.moments.means[2] - found.moments.means[2]) > 0.1)
    }

    @Test func `a scale that does not fit is refused with the column`() throws {
        let data = try SmallTable.load(SmallTable.birds + "Adelie,-1,male,3,L\n", kinds: SmallTable.kinds)
        let cases: [([String], Failure.Kind, String)] = [
            (["mass=log"], .data, "column 4 (mass): expected numbers above 0 (data.scale: log), found -1.0"),
            (["kind=log"], .configuration, "column 'kind': 'log' scales numbers, found a column taken as category of 3"),
            (["mass=lag"], .configuration, "found 'lag'. Did you mean \"log\"?"),
            (["mas=log"], .configuration, "found 'mas'. Did you mean \"mass\"?"),
        ]
        for (scale, kind, words) in cases {
            let message = SmallTable.refusal(kind) { _ = try stream(data, scale) }
            #expect(message.contains(words), "\(message)")
        }
        // Rows that are given later.
        let learned = try stream(SmallTable.load("a,b\n1,2\n2,3\n3,5\n"), ["a=log"])
        let preparation = RowPreparation(of: learned)
        let message = SmallTable.refusal { _ = try preparation.conform(SmallTable.load("a,b\n1,2\n0,3\n"), "--input x") }
        #expect(message.contains("--input x: row 1 from 0, column 1 (a): expected a number above 0"))
    }

    @Test func `words are spread by noise that never changes them, and numbers are not`() throws {
        let data = try SmallTable.load(SmallTable.birds, kinds: SmallTable.kinds)
        let stream = try stream(data, dequantize: true)
        let preparation = RowPreparation(of: stream)
        let exact = Set(preparation.table?.decode(SmallTable.numbers(data)).map { ($0 * 1e6).rounded() } ?? [])
        let tile = Matrix(rows: 4, columns: data.shape.count)
        var masses: Set<Float> = []
        var spread: Set<Float> = []
        for step in 0..<20 {
            stream.fill(tile, step: step, shard: 0)
            for row in 0..<4 {
                let cells = preparation.dataValues(tile.rows(row..<row + 1).values)
                // The hour is an angle, which noise moves.
                for (place, cell) in cells.enumerated() where place != 3 && !cell.isNaN {
                    #expect(exact.contains((cell * 1e6).rounded()) || place == 1)
                }
                masses.insert(tile[row, 3])
                spread.insert(tile[row, 0])
            }
        }
        #expect(masses.count == 3 && spread.count > 70)
        #expect(
            spread.allSatisfy { abs($0) <= 0.1001 || abs($0 - 1) <= 0.1001 } && (spread.max() ?? 0) > 1.08 && (spread.min() ?? 0) < -0.08)
    }
}

@Suite struct PortableMathTests {
    @Test func `logarithm and exponential agree with libm to rounding`() {
        for number in [Double.leastNonzeroMagnitude, 1e-300, 0.1, 0.7, 0.7071, 0.99999, 1, 1.3, 1.4143, 2, 10, 12345.678, 1e300] {
            let expected = log(number)
            #expect(abs(PortableLogarithm.value(number) - expected) <= 4e-16 * max(1, abs(expected)) * 4)
        }
        for x in [-744.0, -100, -1, -0.3, 0, 1e-9, 0.34, 0.36, 1, 50, 700] {
            #expect(abs(PortableLogarithm.exponential(x) / exp(x) - 1) < 1e-13 || exp(x) < 1e-300)
        }
        #expect(PortableLogarithm.value(0) == -.infinity && PortableLogarithm.value(-1).isNaN)
    }

    @Test func `the quantile of the normal distribution is the inverse of its distribution function`() {
        for p in [1e-9, 1e-4, 0.02, 0.024, 0.025, 0.2, 0.5, 0.7, 0.99, 1 - 1e-6] {
            #expect(abs(erfc(-NormalQuantile.value(p) / 2.0.squareRoot()) / 2 / p - 1) < 3e-8)
        }
    }
}

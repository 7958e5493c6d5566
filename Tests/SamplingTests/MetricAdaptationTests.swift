import Foundation
import Numerics
import Sampling
import Testing

struct MetricAdaptationTests {
    private static func states(_ rows: Int, _ index: Int) -> Matrix {
        let tile = Matrix(rows: rows, columns: 3)
        RandomStream(seed: 4, purpose: .test, step: 0, index: index).fillNormals(tile)
        for row in 0..<rows {
            tile[row, 0] = 100 + tile[row, 0]
            tile[row, 1] = 0.01 * tile[row, 1] - 3
            tile[row, 2] *= 20
        }
        return tile
    }

    private static func summed(_ tiles: [Matrix], _ adaptation: MetricAdaptation) -> [Float] {
        tiles.map { adaptation.sums(of: $0) }.reduce([Float](repeating: 0, count: 7)) { zip($0, $1).map { $0 + $1 } }
    }

    @Test func `the pooled mean and squares are those of all states together, and the scales those of Stan over their geometric mean`() {
        var adaptation = MetricAdaptation(dimension: 3)
        let steps = (0..<6).map { step in [Self.states(5, 2 * step), Self.states(7, 2 * step + 1)] }
        for tiles in steps { adaptation.add(Self.summed(tiles, adaptation)) }
        let all = steps.flatMap { $0 }.flatMap { tile in (0..<tile.rows).map { row in (0..<3).map { Double(tile[row, $0]) } } }
        #expect(adaptation.count == 72 && all.count == 72)
        var variances: [Double] = []
        for column in 0..<3 {
            let mean = all.reduce(0) { $0 + $1[column] } / 72
            let squares = all.reduce(0) { $0 + ($1[column] - mean) * ($1[column] - mean) }
            // The first step's sums are about 0: floats of 12 · 100² and 2^-24 of it against squares of about 72.
            #expect(abs(adaptation.mean[column] - mean) < 1e-6 * (1 + abs(mean)))
            #expect(abs(adaptation.squares[column] / squares - 1) < [5e-4, 5e-3, 1e-5][column])
            variances.append(72.0 / 77 * squares / 71 + 5.0 / 77 * 1e-3)
        }
        adaptation.endWindow()
        let middle = exp(variances.reduce(0) { $0 + log($1) / 2 } / 3)
        for column in 0..<3 { #expect(abs(Double(adaptation.scales[column]) * middle / variances[column].squareRoot() - 1) < 3e-3) }
        #expect(adaptation.count == 0 && adaptation.squares == [0, 0, 0] && adaptation.isPlausible(dimension: 3))
    }

    @Test func `a window forgets the one before, and states that are not finite or do not count are left out`() {
        var (long, short) = (MetricAdaptation(dimension: 3), MetricAdaptation(dimension: 3))
        long.add(Self.summed([Self.states(9, 7)], long))
        long.endWindow()
        #expect(long.scales != [1, 1, 1])
        let tile = Self.states(9, 8)
        tile[4, 1] = .nan
        tile[5, 0] = .infinity
        for _ in 0..<2 {
            long.add(long.sums(of: tile) { $0 != 0 })
            short.add(short.sums(of: tile) { $0 != 0 })
        }
        #expect(long.count == 12 && short.count == 12)
        long.endWindow()
        short.endWindow()
        for column in 0..<3 { #expect(abs(long.scales[column] / short.scales[column] - 1) < 1e-2) }
    }

    @Test func `a window without states leaves the scales, and what is saved and loaded goes on with the same bits`() throws {
        var adaptation = MetricAdaptation(dimension: 3)
        adaptation.endWindow()
        #expect(adaptation.scales == [1, 1, 1])
        adaptation.add(Self.summed([Self.states(9, 1)], adaptation))
        var loaded = try JSONDecoder().decode(MetricAdaptation.self, from: JSONEncoder().encode(adaptation))
        #expect(loaded == adaptation)
        for _ in 0..<2 {
            adaptation.add(Self.summed([Self.states(9, 2)], adaptation))
            loaded.add(Self.summed([Self.states(9, 2)], loaded))
            adaptation.endWindow()
            loaded.endWindow()
        }
        #expect(loaded == adaptation && !loaded.isPlausible(dimension: 2))
    }

    @Test(arguments: [
        (1000, 75..<950, [100, 150, 250, 450, 950]), (150, 75..<100, [100]), (149, 22..<135, [135]), (20, 3..<18, [18]),
        (300, 75..<250, [100, 150, 250]), (500, 75..<450, [100, 150, 250, 450]),
    ])
    func `windows are those of Stan`(warmUp: Int, steps: Range<Int>, ends: [Int]) {
        let windows = WarmUpWindows(warmUp: warmUp)
        #expect(windows.steps == steps && windows.ends == ends)
    }

    @Test func `a restarted step size goes on from where it was, within a hundred times the configured one`() {
        var adaptation = StepSizeAdaptation()
        for _ in 0..<30 { adaptation.update(acceptance: 0.7, target: 0.6) }
        let reached = adaptation.factor(isFinished: false)
        adaptation.restart()
        #expect(adaptation.factor(isFinished: false) == reached && adaptation.factor(isFinished: true) == reached && adaptation.count == 0)
        for _ in 0..<300 { adaptation.update(acceptance: 1, target: 0.6) }
        #expect(abs(adaptation.factor(isFinished: false) - exp(4.6)) < 1e-3 && adaptation.isPlausible(after: 300))
        for _ in 0..<20 { adaptation.update(acceptance: 0, target: 0.6) }
        #expect(adaptation.factor(isFinished: false) < exp(4.6) / 2)
    }
}

import Foundation
import Sampling
import Testing

/// Values of ArviZ 0.23.4, printed by `python Tests/Interop/diagnostics.py`.
struct ReferenceDiagnosticsTests {
    /// Autoregressive chains of a linear congruential generator.
    struct Case: Sendable, CustomTestStringConvertible {
        let series: ChainSeries
        /// nil where ArviZ gives none: for a single chain.
        let rHat: Double?
        let bulk: Double
        let tail: Double
        let mean: Double
        let error: Double

        var testDescription: String { "\(series.chains) chains, \(series.draws) draws, bulk \(bulk)" }

        init(_ chains: Int, _ draws: Int, _ correlation: Double, _ shift: Double, _ spread: Double, _ steps: Double, _ values: [Double]) {
            var rows: [Double] = []
            for chain in 0..<chains {
                var word = 1_000_003 * (chain + 1) % (1 << 31)
                var x = 0.0
                for _ in 0..<draws {
                    word = (1_103_515_245 * word + 12345) % (1 << 31)
                    x = correlation * x + (Double(word) / Double(1 << 31) - 0.5)
                    let value = shift * Double(chain) + (1 + spread * Double(chain)) * x
                    rows.append(steps > 0 ? (value * steps).rounded(.down) / steps : value)
                }
            }
            series = ChainSeries(chains: chains, draws: draws, rows)
            rHat = values[0].isNaN ? nil : values[0]
            (bulk, tail, mean, error) = (values[1], values[2], values[3], values[4])
        }
    }

    static let cases: [Case] = [
        .init(4, 100, 0.5, 0, 0, 0, [1.0424160826442184, 118.09706942152205, 183.17828489370342, 117.00504189622652, 0.03134019576040436]),
        .init(4, 101, 0.9, 0, 0, 0, [1.3315739311611845, 10.645385670680957, 22.636954985432695, 10.605098050525967, 0.21510511023131598]),
        .init(3, 200, 0, 0.5, 0, 0, [1.7113390459816422, 4.8305119713862785, 40.577377471049296, 4.649540905754741, 0.23033831852178138]),
        .init(4, 250, 0.25, 0, 1, 0, [1.193844470809973, 394.1825149711838, 139.400663923002, 391.2262236639603, 0.04306612036419137]),
        .init(1, 500, 0.75, 0, 0, 0, [.nan, 102.40705791315096, 222.74822004393903, 100.90527352565746, 0.039481585025942734]),
        .init(4, 100, -0.5, 0, 0, 0, [1.001962137789399, 1040.823996531185, 309.4898122575805, 1040.823996531185, 0.01061633693139773]),
        .init(5, 60, 0.5, 0, 0, 4, [1.013243052360337, 115.67502930439187, 79.6314376372956, 118.75502851728017, 0.030835738951211042]),
    ]

    /// Sums in another order and another inverse normal function: relative differences of 1e-12 or less are all that may be seen.
    @Test(arguments: cases) func `R-hat, effective sample sizes and the standard error are those of ArviZ`(_ known: Case) {
        func agrees(_ value: Double, _ expected: Double) -> Bool { abs(value / expected - 1) < 1e-11 }
        let series = known.series
        if let rHat = known.rHat { #expect(agrees(PotentialScaleReduction.rankNormalisedSplit(series), rHat)) }
        #expect(agrees(EffectiveSampleSize.bulk(series), known.bulk))
        #expect(agrees(EffectiveSampleSize.tail(series), known.tail))
        #expect(agrees(EffectiveSampleSize.mean(series), known.mean))
        let summary = SeriesSummary(series, shards: 1)
        #expect(agrees(summary.meanError, known.error))
        #expect(agrees(summary.autocorrelationTime, Double(series.values.count) / known.mean))
    }
}

import Foundation
import Numerics
import Sampling
import Testing

struct DiagnosticsTests {
    /// Stationary Gaussian chains x_t = φ x_{t-1} + √(1-φ²) ξ of variance 1.
    private func autoregressive(_ correlation: Double, chains: Int, draws: Int, transform: (Int, Double) -> Double = { $1 }) -> ChainSeries
    {
        let values = (0..<chains).flatMap { chain -> [Double] in
            let stream = RandomStream(seed: 5, purpose: .test, step: 0, index: chain)
            var x = Double(stream.normal(at: 0))
            return (0..<draws).map { draw in

                if draw > 0 { x = correlation * x + (1 - correlation * correlation).squareRoot() * Double(stream.normal(at: draw)) }
                return transform(chain, x)
            }
        }
        return ChainSeries(chains: chains, draws: draws, values)
    }

    /// τ = (1 + φ)/(1 - φ). Its estimate over a window of M lags has a relative error of √(2(2M + 1)/N) (A. Sokal, doi:10.1007/978-1-4899-0319-8_6); Geyer's
    /// window is about 6 τ long: 3 to 4 % with N = 256,000, and 5.5 standard errors are 20 %.
    @Test(arguments: [0.0, 0.5, 0.8]) func `the autocorrelation time of an autoregressive chain is known`(_ correlation: Double) {
        let series = autoregressive(correlation, chains: 64, draws: 4000)
        let time = SeriesSummary(series, shards: 1).autocorrelationTime
        let expected = (1 + correlation) / (1 - correlation)
        #expect(abs(time / expected - 1) < 0.2, "\(time) instead of \(expected)")
    }

    /// With 128 half chains the variance of their 500-value means over its expectation is χ²/127 of 127 degrees of freedom, below 2.04 but for a
    /// chance of 2e-8 (`Statistics.chiSquareIsPlausible`): R² <= 1 + 1.04/500. Ranks and folding change the law of a value, not that of the means.
    @Test func `independent draws have an R-hat of one`() {
        let series = autoregressive(0, chains: 64, draws: 1000)
        let summary = SeriesSummary(series, shards: 8)
        #expect(summary.rHat < 1.0011 && summary.rHat > 0.999)
        #expect(summary.rHatBetweenShards < 1.0011 && summary.rHatBetweenShards > 0.999)
        #expect(abs(summary.mean) < 5.5 / 252 && abs(summary.deviation - 1) < 5.5 / 350)
    }

    @Test func `chains in different places and chains of different widths both show`() {
        let shifted = autoregressive(0, chains: 8, draws: 200) { $1 + Double($0 % 2) * 2 }
        let wide = autoregressive(0, chains: 8, draws: 200) { $1 * ($0 % 2 == 0 ? 1 : 5) }
        #expect(PotentialScaleReduction.rankNormalisedSplit(shifted) > 1.3)
        #expect(PotentialScaleReduction.rankNormalisedSplit(wide) > 1.2)
        // Without folding the widths would not be seen.
        #expect(PotentialScaleReduction.plain(wide.split.rankNormalised) < 1.05)
        #expect(EffectiveSampleSize.bulk(shifted) < 20)
        // Half of the chains never see the tails.
        #expect(EffectiveSampleSize.tail(wide) < 0.5 * 1600)
    }

    @Test func `a chain that drifts shows in its halves`() {
        let values = (0..<400).map { (index: Int) -> Double in
            let noise = Double(index * 7 % 13) / 13
            return Double(index % 100) / 25 + noise
        }
        #expect(PotentialScaleReduction.rankNormalisedSplit(ChainSeries(chains: 4, draws: 100, values)) > 1.5)
    }

    /// n values of ±1 have the variance n/(n - 1) and the mean 0; shifts ±d of m chains have the variance d² m/(m - 1).
    @Test func `plain R-hat is its formula`() {
        let (n, d) = (10.0, 0.75)
        let values = (0..<40).map { (index: Int) -> Double in
            let shift = index / 10 % 2 == 0 ? d : -d
            return index % 2 == 0 ? 1 + shift : shift - 1
        }
        let expected = (d * d * 4 / 3 / (n / (n - 1)) + (n - 1) / n).squareRoot()
        #expect(abs(PotentialScaleReduction.plain(ChainSeries(chains: 4, draws: 10, values)) - expected) < 1e-14)
    }

    @Test func `groups that stand still but are spread alike agree, and groups in different places do not`() {
        // Each of 64 chains stands at a place of its own; eight groups have the same eight places, or one place each.
        let draws = 50
        let alike = ChainSeries(chains: 64, draws: draws, (0..<64 * draws).map { Double($0 / draws % 8) })
        let apart = ChainSeries(
            chains: 64, draws: draws, (0..<64 * draws).map { (index: Int) -> Double in Double(index / draws / 8) + Double(index % 2) / 10 })
        #expect(PotentialScaleReduction.between(groups: 8, alike) <= 1)
        #expect(PotentialScaleReduction.rankNormalisedSplit(alike) == .infinity)
        #expect(PotentialScaleReduction.between(groups: 8, apart) > 5)
        #expect(PotentialScaleReduction.between(groups: 1, apart).isNaN)
    }

    @Test func `what cannot be told is not a number`() {
        func all(_ series: ChainSeries) -> [Double] {
            [PotentialScaleReduction.rankNormalisedSplit(series), EffectiveSampleSize.bulk(series), EffectiveSampleSize.tail(series)]
        }
        let constant = ChainSeries(chains: 4, draws: 20, Array(repeating: 2.5, count: 80))
        var broken = autoregressive(0, chains: 4, draws: 20)
        broken.values[37] = .nan
        var infinite = autoregressive(0, chains: 4, draws: 20)
        infinite.values[37] = .infinity
        let short = autoregressive(0, chains: 4, draws: 9)
        let empty = ChainSeries(chains: 1, draws: 0, [])
        for series in [constant, broken, infinite, short, empty] {
            #expect(all(series).allSatisfy { $0.isNaN })
            #expect(SeriesSummary(series, shards: 1).autocorrelationTime.isNaN)
        }
        // One chain is enough: its halves are compared.
        #expect(all(autoregressive(0.5, chains: 1, draws: 21)).allSatisfy { $0.isFinite })
        // From ten draws on.
        #expect(all(autoregressive(0.5, chains: 4, draws: 10)).allSatisfy { $0.isFinite })
        // Chains that stand still at different places: not one of them has seen the law.
        let still = ChainSeries(chains: 4, draws: 20, (0..<80).map { Double($0 / 20) })
        #expect(PotentialScaleReduction.rankNormalisedSplit(still) == .infinity)
        #expect(EffectiveSampleSize.bulk(still) < 8)
    }

    /// Φ(x) by the complementary error function, accurate to some units in the last place.
    @Test func `the inverse normal function is inverse`() {
        for x in stride(from: -8.0, through: 8, by: 1.0 / 64) where x <= 5 {
            let p = 0.5 * erfc(-x / 2.0.squareRoot())
            // p near 1 has lost digits of x: dx = dp/φ(x).
            let slack = 1e-14 + 4e-16 * (max(x, 0) * max(x, 0) / 2).exponential
            #expect(abs(NormalQuantile.of(p) - x) < slack * max(1, abs(x)), "x = \(x)")
        }
        #expect(NormalQuantile.of(0) == -.infinity && NormalQuantile.of(1) == .infinity && NormalQuantile.of(0.5) == 0)
        #expect(NormalQuantile.of(-0.1).isNaN && NormalQuantile.of(1.1).isNaN)
    }
}

extension Double {
    fileprivate var exponential: Double { Foundation.exp(self) }
}

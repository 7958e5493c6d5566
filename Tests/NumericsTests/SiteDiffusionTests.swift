import Foundation
import Numerics
import Testing

/// Transitions of sites against the formulas of their source.
@Suite struct SiteDiffusionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let count: Int
        let order: SiteOrder
        let time: Double

        var testDescription: String { "\(count) values, \(order), t = \(time)" }

        /// The heat kernel of a path, values from 0.
        private func path(_ a: Int, _ b: Int, _ length: Int) -> Double {
            let sum = (1..<max(length, 2)).reduce(0.0) { sum, p in
                guard p < length else { return sum }
                let (angle, half) = (Double.pi * Double(p) / Double(length), Double.pi * Double(p) / Double(2 * length))
                return sum + exp(2 * time * (cos(angle) - 1)) * cos(Double(2 * a + 1) * half) * cos(Double(2 * b + 1) * half)
            }
            return (1 + 2 * sum) / Double(length)
        }

        func probability(from a: Int, to b: Int) -> Double {
            let (stay, any) = (exp(-time), (1 - exp(-time)) / Double(count))
            switch order {
            case .none: return (a == b ? stay : 0) + any
            case .path(count): return path(a, b, count)
            case .path(let length):
                if a < length, b < length { return stay * path(a, b, length) + any }
                return (a == b ? stay : 0) + any
            }
        }
    }

    static let cases = [
        Case(count: 2, order: .none, time: 0.1), Case(count: 7, order: .none, time: 0.1), Case(count: 3, order: .none, time: 40),
        Case(count: 5, order: .path(5), time: 0.1), Case(count: 2, order: .path(2), time: 0.7), Case(count: 6, order: .path(6), time: 3),
        Case(count: 4, order: .path(4), time: 500), Case(count: 5, order: .path(4), time: 0.5), Case(count: 2, order: .path(1), time: 0.3),
    ]

    /// Uniform numbers in equal steps: a transition's share of them is its probability, to a step for each end of its ranges.
    @Test(arguments: cases) func `transitions have the probabilities of the formulas, alike in both directions`(_ own: Case) {
        let diffusion = SiteDiffusion(count: own.count, order: own.order, time: own.time)
        let steps = 1 << 17
        let shares = (0..<own.count).map { start in
            var counts = [Int](repeating: 0, count: own.count)
            for step in 0..<steps { counts[diffusion.value(after: start, (Float(step) + 0.5) / Float(steps))] += 1 }
            return counts.map { Double($0) / Double(steps) }
        }
        for a in 0..<own.count {
            for b in 0..<own.count {
                #expect(abs(shares[a][b] - own.probability(from: a, to: b)) < 4e-4, "\(a) to \(b): \(shares[a][b])")
                #expect(abs(shares[a][b] - shares[b][a]) < 4e-4)
            }
        }
    }

    @Test func `drawn transitions have these frequencies`() {
        let own = Case(count: 5, order: .path(4), time: 1)
        let diffusion = SiteDiffusion(count: 5, order: own.order, time: 1)
        let (draws, stream) = (100_000, RandomStream(seed: 7, purpose: .test, step: 0, index: 0))
        var counts = [Int](repeating: 0, count: 5)
        for draw in 0..<draws { counts[diffusion.value(after: 1, stream.uniform(at: draw))] += 1 }
        for (value, count) in counts.enumerated() {
            let share = own.probability(from: 1, to: value)
            // 5.5 standard errors: a false alarm in 10⁷.
            #expect(abs(Double(count) / Double(draws) - share) < 5.5 * (share * (1 - share) / Double(draws)).squareRoot(), "\(value)")
        }
    }

    @Test func `a site without an order whose time is long becomes any value alike`() {
        let diffusion = SiteDiffusion(count: 4, order: .none, time: 1000)
        #expect((0..<400).map { diffusion.value(after: 2, (Float($0) + 0.5) / 400) } == (0..<400).map { $0 / 100 })
    }
}

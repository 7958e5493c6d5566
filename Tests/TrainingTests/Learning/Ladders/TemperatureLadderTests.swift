import Foundation
import Learning
import Numerics
import Testing
import Training

/// Swaps of temperatures leave the joint distribution of a ladder as it is, and wrong rules do not.
///
/// Ladders are drawn exactly from Π exp(-E(x_k)/T_k), swapped once, and the positions at each level are counted in bins that have equal
/// probability at that level. The ladders are independent, so the counts are multinomial and their chi-square is known.
struct TemperatureLadderTests {
    /// E = -log of a mixture of two Gaussians of the line, unequal in weight and width.
    struct Mixture {
        static let reach = 6.0
        static let cells = 4000

        let temperature: Double
        /// Cumulative probabilities at the right ends of the cells.
        let cumulative: [Double]

        init(temperature: Double) {
            self.temperature = temperature
            var sum = 0.0
            var sums: [Double] = []
            for cell in 0..<Self.cells {
                sum += exp(-Self.energy(Self.centre(cell)) / temperature)
                sums.append(sum)
            }
            cumulative = sums.map { $0 / sum }
        }

        static func centre(_ cell: Int) -> Double { reach * (2 * (Double(cell) + 0.5) / Double(cells) - 1) }

        static func energy(_ x: Double) -> Double {
            -log(0.7 * exp(-(x + 2) * (x + 2) / 0.5) + 0.3 * exp(-(x - 2) * (x - 2) / 0.18))
        }

        /// The cell of a uniform number: exact samples of the density on the cells.
        func cell(_ u: Double) -> Int {
            var (low, high) = (0, Self.cells - 1)
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] < u { low = middle + 1 } else { high = middle }
            }
            return low
        }

        /// The probabilities of `count` bins of about equal probability, and the bin of each cell.
        func bins(_ count: Int) -> (probabilities: [Double], ofCell: [Int]) {
            let ofCell = cumulative.map { min(count - 1, Int($0 * Double(count))) }
            var probabilities = [Double](repeating: 0, count: count)
            for (cell, bin) in ofCell.enumerated() { probabilities[bin] += cumulative[cell] - (cell > 0 ? cumulative[cell - 1] : 0) }
            return (probabilities, ofCell)
        }
    }

    static let temperatures = [1.0, 2, 5]
    static let ladders = 40_000
    static let bins = 20

    /// Chi-square of the positions at each level after a swap by energies that a rule makes from the true ones.
    static func chiSquares(step: Int, base: Double = 1, _ energy: (_ true: Double, _ level: Int) -> Double) -> (
        values: [Double], swaps: Int
    ) {
        let ladder = TemperatureLadder(temperatures: temperatures, base: base, seed: 3)
        let mixtures = temperatures.map { Mixture(temperature: $0 * base) }
        let bins = mixtures.map { $0.bins(Self.bins) }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: Self.bins), count: temperatures.count)
        var swaps = 0
        for index in 0..<ladders {
            let stream = RandomStream(seed: 9, purpose: .test, step: step, index: index)
            // Chains stand at any place of the ladder: level (index + k) % 3 at place k.
            let levels = temperatures.indices.map { (index + $0) % temperatures.count }
            let cells = levels.enumerated().map { place, level in mixtures[level].cell(Double(stream.uniform(at: place))) }
            let replicas = zip(levels, cells).map { level, cell in
                TemperatureLadder.Replica(energy: energy(Mixture.energy(Mixture.centre(cell)), level), level: level)
            }
            let swapped = ladder.swapped(replicas, block: index, row: index % 7, step: step)
            if swapped != levels { swaps += 1 }
            for (cell, level) in zip(cells, swapped) { counts[level][bins[level].ofCell[cell]] += 1 }
        }
        let values = temperatures.indices.map { level in
            zip(counts[level], bins[level].probabilities).reduce(0) { sum, bin in
                let expected = bin.1 * Double(ladders)
                return sum + (Double(bin.0) - expected) * (Double(bin.0) - expected) / expected
            }
        }
        return (values, swaps)
    }

    /// Chi-square with 19 degrees of freedom is above 19 + 2√(19 t) + 2t, t = 16.5, with probability at most e^-16.5 = 7e-8
    /// (Laurent, Massart, doi:10.1214/aos/1015957395); nine comparisons stay below 1e-6.
    static let limit = 19 + 2 * (19 * 16.5).squareRoot() + 33

    @Test(arguments: [(0, 1.0), (1, 1.0), (0, 0.5)])
    func `a swap leaves the distribution at every temperature as it is`(step: Int, base: Double) {
        let (values, swaps) = Self.chiSquares(step: step, base: base) { energy, _ in energy }
        #expect(values.allSatisfy { $0 < Self.limit }, "\(values)")
        // Neighbours of this ladder swap often: an error of the rule would show.
        #expect(swaps > Self.ladders / 5 && swaps < Self.ladders)
    }

    /// Rules that are wrong, made by handing wrong energies to the right one.
    enum Wrong: String, CaseIterable, Sendable {
        /// log α = -(1/T_k - 1/T_{k+1}) (E_k - E_{k+1})
        case sign
        /// Every swap is accepted.
        case always
        /// The energies of the tempered potential, E/T, in the place of E.
        case temperedEnergies
        /// log α = E_k - E_{k+1}, the temperatures left out.
        case withoutTemperatures
        /// The factor of two temperatures further apart.
        case otherTemperatures
    }

    @Test(arguments: Wrong.allCases)
    func `wrong rules are caught`(_ wrong: Wrong) {
        let (values, _) = Self.chiSquares(step: 1) { energy, level in
            switch wrong {
            case .sign: -energy
            case .always: 0
            case .temperedEnergies: energy / Self.temperatures[level]
            case .withoutTemperatures: energy / (1 / Self.temperatures[0] - 1 / Self.temperatures[1])
            case .otherTemperatures: energy * 1.6
            }
        }
        #expect(values.contains { $0 > Self.limit }, "\(wrong.rawValue) was not noticed: \(values)")
    }

    @Test func `attempts alternate between even and odd pairs, and two levels have one pair`() {
        // Equal energies swap always.
        func levels(_ count: Int, step: Int, every: Int = 1) -> [Int] {
            let ladder = TemperatureLadder(temperatures: (1...count).map { Double($0) }, every: every, seed: 1)
            return ladder.swapped((0..<count).map { .init(energy: 2, level: $0) }, block: 0, row: 0, step: step)
        }
        #expect(levels(4, step: 1) == [1, 0, 3, 2] && levels(4, step: 2) == [0, 2, 1, 3])
        #expect(levels(5, step: 1) == [1, 0, 3, 2, 4] && levels(5, step: 0) == [0, 2, 1, 4, 3])
        #expect(levels(2, step: 0) == [1, 0] && levels(2, step: 1) == [1, 0])
        // Every third step: the attempts are those of steps 2, 5, 8.
        #expect(levels(3, step: 2, every: 3) == [0, 2, 1] && levels(3, step: 5, every: 3) == [1, 0, 2])
        let ladder = TemperatureLadder(temperatures: [1, 2], every: 3, seed: 1)
        #expect((0..<9).filter { ladder.isDue($0) } == [2, 5, 8])
        #expect(!TemperatureLadder(temperatures: [1, 2], every: 0, seed: 1).isDue(0))
    }

    @Test(arguments: [Double.nan, .infinity])
    func `chains whose energy is not finite keep their temperature`(energy: Double) {
        let ladder = TemperatureLadder(temperatures: [1, 3], seed: 1)
        for step in 0..<20 {
            #expect(ladder.swapped([.init(energy: .nan, level: 1), .init(energy: 1, level: 0)], block: 0, row: 0, step: step) == [1, 0])
            // An infinite energy never comes to the coldest chain.
            #expect(ladder.swapped([.init(energy: 1, level: 0), .init(energy: energy, level: 1)], block: 0, row: 0, step: step) == [0, 1])
            #expect(ladder.swapped([.init(energy: energy, level: 0), .init(energy: 1, level: 1)], block: 0, row: 0, step: step) == [0, 1])
        }
        #expect(ladder.acceptance([.init(energy: energy, level: 0), .init(energy: 1, level: 1)]) == [0])
        #expect(ladder.acceptance([.init(energy: 1, level: 0), .init(energy: energy, level: 1)]) == [0])
    }

    @Test func `acceptance probabilities are those of the rule`() {
        let ladder = TemperatureLadder(temperatures: [1, 2, 4], base: 2, seed: 1)
        let found = ladder.acceptance([.init(energy: 3, level: 2), .init(energy: 1, level: 0), .init(energy: 2.5, level: 1)])
        // exp((1 - 1/2) (1 - 2.5) / 2) and exp((1/2 - 1/4) (2.5 - 3) / 2), in float.
        #expect(abs(found[0] - exp(-0.375)) < 1e-6 && abs(found[1] - exp(-0.0625)) < 1e-6 && found.count == 2)
    }
}

import Numerics
import Testing

struct PermutationTests {
    static func permutation(_ count: Int, index: Int = 0, seed: UInt64 = 1) -> Permutation {
        Permutation(count: count, key: RandomStream(seed: seed, purpose: .test, step: 0, index: index))
    }

    /// The shuffle as its definition has it, a position and a round at a time.
    static func element(at position: Int, count: Int, key: RandomStream) -> Int {
        (0..<48).reduce(position) { x, round in
            func word(_ draw: Int) -> UInt64 { UInt64(key.bits(at: 8 * round + draw)) << 32 | UInt64(key.bits(at: 8 * round + draw + 1)) }
            let partner = (key.integer(below: count, at: 8 * round) - x + count) % count
            var hash = (UInt64(max(x, partner)) &+ word(4)) &* (word(2) | 1)
            hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
            return hash >> 63 == 1 ? partner : x
        }
    }

    @Test(arguments: [1, 2, 3, 64, 257, 60_000, 1 << 31, (1 << 32) - 1, 1 << 32])
    func `elements are those of the definition, one by one and many at a time`(_ count: Int) {
        let key = RandomStream(seed: 5, purpose: .test, step: 1, index: 2)
        let permutation = Permutation(count: count, key: key)
        for length in [0, 1, 7, 8, 9, 64, 100] {
            let positions = (0..<length).map { ($0 * 2_654_435_761 + length) % count }
            let elements = positions.map { count == 1 ? 0 : Self.element(at: $0, count: count, key: key) }
            #expect(permutation.elements(at: positions) == elements)
            #expect(positions.map { permutation[$0] } == elements)
        }
    }

    @Test func `every count has every value exactly once`() {
        for count in Array(0...300) + [1000, 1023, 1024, 1025, 4097, 60_000, 65_536, 100_003, 1 << 20] {
            let permutation = Self.permutation(count, index: count)
            var seen = [Bool](repeating: false, count: count)
            for position in 0..<count { seen[permutation[position]] = true }
            #expect(seen.allSatisfy { $0 }, "a permutation of \(count) is not a bijection")
        }
    }

    @Test func `the position of an element is the inverse`() {
        for count in Array(1...100) + [1000, 65_537] {
            let permutation = Self.permutation(count, index: count)
            for position in 0..<count { #expect(permutation.position(of: permutation[position]) == position) }
        }
        let large = Self.permutation(1 << 32)
        for position in [0, 1, 77, 1 << 31, (1 << 32) - 1] { #expect(large.position(of: large[position]) == position) }
    }

    @Test(arguments: [(1 << 31) - 1, 1 << 31, 1 << 32])
    func `very large counts stay within range and never give a value twice`(_ count: Int) {
        let permutation = Self.permutation(count)
        let positions = Array(0..<50_000) + Array((count - 50_000)..<count)
        let values = positions.map { permutation[$0] }
        #expect(values.allSatisfy { $0 >= 0 && $0 < count })
        #expect(Set(values).count == positions.count)
    }

    @Test(arguments: [2, 3, 4, 5, 7, 8, 16, 33])
    func `each position has each value equally often`(_ count: Int) {
        let keys = 40_000
        var table = [Int](repeating: 0, count: count * count)
        for key in 0..<keys {
            let permutation = Self.permutation(count, index: key)
            for position in 0..<count { table[position * count + permutation[position]] += 1 }
        }
        // Of random permutation matrices the covariance has the eigenvalue 1 / (n - 1) on a space of (n - 1)² dimensions.
        let mean = Double(keys) / Double(count)
        let squares = table.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let chiSquare = squares * Double(count - 1) / Double(keys)
        #expect(RandomStatisticsTests.chiSquareIsPlausible(chiSquare, degrees: (count - 1) * (count - 1)))
    }

    @Test(arguments: [2, 3, 4, 5, 6])
    func `all orders of a few elements are equally frequent`(_ count: Int) {
        let factorial = (1...count).reduce(1, *)
        let keys = 200 * factorial
        var frequencies: [[Int]: Int] = [:]
        for key in 0..<keys {
            let permutation = Self.permutation(count, index: key, seed: 2)
            frequencies[(0..<count).map { permutation[$0] }, default: 0] += 1
        }
        #expect(frequencies.count == factorial)
        let chiSquare = RandomStatisticsTests.chiSquare(Array(frequencies.values), probability: { _ in 1 / Double(factorial) })
        #expect(RandomStatisticsTests.chiSquareIsPlausible(chiSquare, degrees: factorial - 1))
    }

    @Test func `values of neighbouring positions differ by any amount, equally often`() {
        let count = 257
        var differences = [Int](repeating: 0, count: count)
        for key in 0..<400 {
            let permutation = Self.permutation(count, index: key, seed: 3)
            // Every other pair, so that pairs share no element and the counts have at most the variance of independent draws.
            for position in stride(from: 0, to: count - 1, by: 2) {
                differences[(permutation[position + 1] - permutation[position] + count) % count] += 1
            }
        }
        #expect(differences[0] == 0)
        let chiSquare = RandomStatisticsTests.chiSquare(Array(differences[1...]), probability: { _ in 1 / 256 })
        #expect(RandomStatisticsTests.chiSquareIsPlausible(chiSquare, degrees: 255))
    }

    @Test func `the permutations of neighbouring keys agree at as many positions as random ones`() {
        let count = 10_000
        var agreements = 0
        for key in 0..<100 {
            let (a, b) = (Self.permutation(count, index: key), Self.permutation(count, index: key + 1))
            for position in 0..<count where a[position] == b[position] { agreements += 1 }
        }
        // One agreement a pair on average, almost a Poisson number: Bernstein with mean 100, see RandomStatisticsTests.
        #expect(RandomStatisticsTests.countIsPlausible(agreements, mean: 100))
    }
}

import Distributed
import Failures
import TestSupport
import Testing

@Suite struct ExactSumTests {
    let solo = SoloCommunicator()
    static let tensors = [0..<37, 37..<38, 38..<38, 38..<301]
    static let sizes: [Float] = [1e-12, 3, 1, 4e7]

    /// Repeats the step until the scales fit; returns the total's bits and how many attempts it took.
    func total(_ sum: inout ExactSum, _ gradients: [[Float]]) throws -> (values: [Float], attempts: Int) {
        for attempt in 1...3 {
            sum.begin()
            for gradient in gradients { sum.part.add(gradient) }
            let outcome = try sum.reduce(over: solo)
            if outcome == .rescaled { continue }
            #expect(outcome == .exact)
            var values = [Float](repeating: .nan, count: gradients[0].count)
            sum.total(into: &values)
            return (values, attempt)
        }
        throw Failure(.software, "the scales never fit")
    }

    func outcome(_ sum: inout ExactSum, _ gradients: [[Float]]) throws -> ExactSum.Outcome {
        sum.begin()
        for gradient in gradients { sum.part.add(gradient) }
        return try sum.reduce(over: solo)
    }

    @Test(arguments: 0..<20) func `the order of shards does not matter`(seed: UInt64) throws {
        var all = gradients(shards: 60, tensors: Self.tensors, sizes: Self.sizes, seed: seed)
        var sum = ExactSum(tensors: Self.tensors, shards: 60)
        let expected = try total(&sum, all).values
        // The gradients are such that the order does matter for a sum of floats: otherwise this test would show nothing.
        func plain(_ gradients: [[Float]]) -> [Float] { gradients.dropFirst().reduce(gradients[0]) { zip($0, $1).map(+) } }
        let floats = plain(all)
        var random = SplitMix64(state: seed)
        var differing = 0
        for _ in 0..<10 {
            all.shuffle(using: &random)
            var other = ExactSum(tensors: Self.tensors, shards: 60)
            #expect(try total(&other, all).values.bits == expected.bits)
            #expect(other.exponents == sum.exponents)
            differing += plain(all).bits == floats.bits ? 0 : 1
        }
        #expect(differing > 0)
    }

    @Test(arguments: 0..<20) func `the split over threads and the order of merging do not matter`(seed: UInt64) throws {
        let all = gradients(shards: 31, tensors: Self.tensors, sizes: Self.sizes, seed: seed)
        var sum = ExactSum(tensors: Self.tensors, shards: 31)
        let expected = try total(&sum, all).values
        var random = SplitMix64(state: seed)
        for threads in 1...8 {
            var other = ExactSum(tensors: Self.tensors, shards: 31)
            for attempt in 1...2 {
                other.begin()
                var parts = (0..<threads).map { _ in other.makePart() }
                for gradient in all { parts[Int.random(in: 0..<threads, using: &random)].add(gradient) }
                for part in parts.shuffled(using: &random) { other.merge(part) }
                #expect(try other.reduce(over: solo) == (attempt == 1 ? .rescaled : .exact))
            }
            var values = [Float](repeating: 0, count: 301)
            other.total(into: &values)
            #expect(values.bits == expected.bits)
            #expect(other.exponents == sum.exponents)
        }
    }

    @Test(arguments: 0..<20) func `the error is half a step per shard and one rounding`(seed: UInt64) throws {
        let all = gradients(shards: 64, tensors: Self.tensors, sizes: Self.sizes, seed: seed)
        var sum = ExactSum(tensors: Self.tensors, shards: 64)
        // The second sum has scales chosen from the first.
        for _ in 0..<2 {
            let values = try total(&sum, all).values
            for (tensor, size) in zip(Self.tensors, Self.sizes) {
                for index in tensor {
                    let exact = all.reduce(0.0) { $0 + Double($1[index]) }
                    // A mean of 2^36 steps or a maximum of 2^35: a step is at most size / 2^35. The second term is the rounding to Float
                    // (half a unit of 2^-23), the third bounds the error of the Double sum, 64 roundings of at most 64 size / 2^53.
                    let bound = 64 * 0.5 * Double(size) / 0x1p35 + abs(exact) / 0x1p24 + 64 * 64 * Double(size) / 0x1p53
                    #expect(abs(Double(values[index]) - exact) <= bound)
                }
            }
        }
    }

    @Test func `half steps are rounded to even`() throws {
        let step = Float(0x1p-40)
        // The 1 keeps the tensor from being too small for the initial scale of 2^-40.
        let values: [Float] = [1, 0.5 * step, 1.5 * step, 2.5 * step, -0.5 * step, -1.5 * step, 0.75 * step, -7 * step]
        var sum = ExactSum(tensors: [0..<8], shards: 1)
        #expect(try total(&sum, [values]).values == [1, 0, 2 * step, 2 * step, 0, -2 * step, step, -7 * step])
    }

    /// Numbers of shards, and the largest value that each may have at the initial scale of 2^40: 2^51, 2^50 and 2^49 steps. Below 4,096 the limit is that
    /// of the rounding.
    static let limits: [(shards: Int, value: Float)] = [
        (1, 2048), (4000, 2048), (4095, 2048), (4096, 1024), (8191, 1024), (ShardLayout.maximumShards, 512),
    ]

    @Test(arguments: limits)
    func `the largest admitted value in every shard does not wrap, and the next larger one of one shard asks for another scale`(
        shards: Int, value: Float
    ) throws {
        #expect(Double(value) * 0x1p40 * Double(shards) < 0x1p63)
        for sign: Float in [1, -1] {
            var sum = ExactSum(tensors: [0..<3], shards: shards)
            var all = [[Float]](repeating: [Float](repeating: sign * value, count: 3), count: shards)
            let (values, attempts) = try total(&sum, all)
            #expect(attempts == 1)
            #expect(values == [Float](repeating: sign * value * Float(shards), count: 3))
            sum = ExactSum(tensors: [0..<3], shards: shards)
            all[shards / 2][1] = (sign * value).nextAwayFromZero
            #expect(try outcome(&sum, all) == .rescaled)
            #expect(try outcome(&sum, all) == .exact)
        }
    }

    @Test func `the next larger value of one shard asks for another scale`() throws {
        var sum = ExactSum(tensors: [0..<1, 1..<2], shards: 2)
        #expect(try outcome(&sum, [[1, 1], [1, Float(2048).nextUp]]) == .rescaled)
        // 2048.0002 is just above 2^11, so it becomes at most 2^36 steps with 2^(36 - 12); the largest of the other tensor is 1 = 2^0.
        #expect(sum.exponents == [36, 24])
        #expect(try outcome(&sum, [[1, 1], [1, Float(2048).nextUp]]) == .exact)
    }

    @Test(arguments: [.leastNonzeroMagnitude, 1e-38, 1e-30, 1e-9, 1e9, 1e30, 1.6e38] as [Float])
    func `any size fits at the second attempt`(size: Float) throws {
        var sum = ExactSum(tensors: [0..<4], shards: 3)
        let (values, attempts) = try total(&sum, [[size, 0, -size, 0], [0, 0, 0, size], [0, 0, 0, 0]])
        #expect(attempts == 2)
        #expect(values == [size, 0, -size, size])
        #expect(try total(&sum, [[size, 0, -size, 0], [0, 0, 0, size], [0, 0, 0, 0]]).attempts == 1)
        #expect(sum.exponents.allSatisfy(ExactSum.exponentRange.contains))
    }

    @Test func `shards that together leave the range of floats are not finite`() throws {
        var sum = ExactSum(tensors: [0..<1, 1..<2], shards: 2)
        #expect(try outcome(&sum, [[1, 3e38], [1, 3e38]]) == .rescaled)
        #expect(try outcome(&sum, [[1, 3e38], [1, 3e38]]) == .notFinite(tensor: 1))
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, Float(bitPattern: 0xffc0_0001)], [0, 1, 2])
    func `one value that is not finite is named by its tensor`(value: Float, tensor: Int) throws {
        let tensors = [0..<100, 100..<101, 101..<300]
        var sum = ExactSum(tensors: tensors, shards: 5)
        let fine = gradients(shards: 5, tensors: tensors, sizes: [1, 1, 1], seed: 1)
        let before = try total(&sum, fine).values
        let exponents = sum.exponents
        for shard in [0, 4] {
            for index in [tensors[tensor].lowerBound, tensors[tensor].upperBound - 1] {
                var wrong = fine
                wrong[shard][index] = value
                #expect(try outcome(&sum, wrong) == .notFinite(tensor: tensor))
                #expect(sum.exponents == exponents)
            }
        }
        // Nothing of it stays.
        #expect(try total(&sum, fine).values.bits == before.bits)
    }

    @Test func `zero tensors stay zero and keep their scale`() throws {
        var sum = ExactSum(tensors: [0..<2, 2..<4], shards: 2)
        let (values, attempts) = try total(&sum, [[0, -0.0, 1, 2], [0, 0, 3, 4]])
        #expect(attempts == 1)
        #expect(values == [0, 0, 4, 6])
        #expect(sum.exponents[0] == ExactSum.initialExponent)
        #expect(try total(&sum, [[0, 0, 1, 2], [0, 0, 3, 4]]).attempts == 1)
    }

    @Test func `a gradient that shrinks too much is summed again with a finer scale`() throws {
        var sum = ExactSum(tensors: [0..<2], shards: 2)
        _ = try total(&sum, [[1, 1], [1, 1]])
        // The mean of 1 became 2^36 steps; below 2^22 of them, 2^-14, it is too coarse, and the 2^-40 beside it would be lost.
        #expect(try total(&sum, [[0x1.2p-14, 1e-9], [0x1.2p-14, 0]]).attempts == 1)
        _ = try total(&sum, [[1, 1], [1, 1]])
        let (values, attempts) = try total(&sum, [[0x1.8p-15, 0x1p-40], [0x1.8p-15, 0]])
        #expect(attempts == 2)
        #expect(values == [0x1.8p-14, 0x1p-40])
    }

    @Test func `a steady gradient never needs a second attempt`() throws {
        var sum = ExactSum(tensors: Self.tensors, shards: 16)
        var random = SplitMix64(state: 5)
        _ = try total(&sum, gradients(shards: 16, tensors: Self.tensors, sizes: Self.sizes, seed: 99))
        for step in 0..<200 {
            // Every step and tensor a thousand times larger or smaller than the first, at most.
            let sizes = Self.sizes.map { $0 * (1 + 1000 * abs(random.signed())) / 32 }
            #expect(try total(&sum, gradients(shards: 16, tensors: Self.tensors, sizes: sizes, seed: UInt64(step))).attempts == 1)
        }
    }

    @Test(arguments: [Float(1), 1.37, 1e-30, 1e30]) func `one shard of the most with all the gradient still fits`(value: Float) throws {
        let shards = ShardLayout.maximumShards
        var sum = ExactSum(tensors: [0..<1], shards: shards)
        var all = [[Float]](repeating: [0], count: shards)
        all[17] = [value]
        // With a scale from the largest value, when that of the start does not fit, the mean of all shards is no less than the coarsest.
        #expect(try total(&sum, all).attempts <= 2)
        // The mean is 1/8192 of the value, which is up to 2^49 steps now.
        #expect(try total(&sum, all).attempts == 1)
        #expect(try total(&sum, [[Float]](repeating: [value / 64], count: shards)).values == [value * Float(shards / 64)])
    }

    @Test func `records arrive bit by bit in shard order`() throws {
        var sum = ExactSum(tensors: [0..<1], shards: 4, recordLength: 2, flags: 3)
        let special: [Double] = [
            -0.0, .nan, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, Double(bitPattern: 0xfff8_0000_dead_beef),
        ]
        sum.begin()
        var other = sum.makePart()
        for shard in [3, 0, 1, 2] { sum.part.add([Float(shard)]) }
        sum.part.setRecord([special[0], special[1]], of: 0)
        other.setRecord([special[2], special[3]], of: 1)
        other.setRecord([special[4], special[5]], of: 3)
        other.raise(flag: 2)
        sum.part.raise(flag: 2)
        sum.merge(other)
        #expect(try sum.reduce(over: solo) == .exact)
        #expect(sum.record(of: 0).map(\.bitPattern) == special[0...1].map(\.bitPattern))
        #expect(sum.record(of: 1).map(\.bitPattern) == special[2...3].map(\.bitPattern))
        #expect(sum.record(of: 2) == [0, 0])
        #expect(sum.record(of: 3).map(\.bitPattern) == special[4...5].map(\.bitPattern))
        #expect((0..<3).map(sum.flag) == [false, false, true])
        sum.begin()
        for shard in 0..<4 { sum.part.add([Float(shard)]) }
        #expect(try sum.reduce(over: solo) == .exact)
        #expect((0..<4).allSatisfy { sum.record(of: $0) == [0, 0] } && !sum.flag(2))
    }

    @Test func `restored exponents continue to the same bits`() throws {
        func gradient(_ step: UInt64) -> [[Float]] { gradients(shards: 8, tensors: Self.tensors, sizes: Self.sizes, seed: step) }
        var whole = ExactSum(tensors: Self.tensors, shards: 8)
        for step in 0..<5 as Range<UInt64> { _ = try total(&whole, gradient(step)) }
        var continued = ExactSum(tensors: Self.tensors, shards: 8)
        try continued.restore(exponents: whole.exponents)
        #expect(try total(&continued, gradient(5)).values.bits == total(&whole, gradient(5)).values.bits)
        #expect(continued.exponents == whole.exponents)
    }

    @Test(arguments: [[], [1, 2, 3], [0, 186], [-93, 0], [.min, .max]] as [[Int32]])
    func `exponents of another network or out of range are refused`(exponents: [Int32]) {
        var sum = ExactSum(tensors: [0..<1, 1..<2], shards: 1)
        let failure = #expect(throws: Failure.self) { try sum.restore(exponents: exponents) }
        #expect(failure?.kind == .checkpoint)
        #expect(sum.exponents == [40, 40])
    }

    @Test(arguments: [3, 5]) func `a shard left out or added twice is noticed`(added: Int) throws {
        var sum = ExactSum(tensors: [0..<1], shards: 4)
        sum.begin()
        for _ in 0..<added { sum.part.add([1]) }
        let failure = #expect(throws: Failure.self) { try sum.reduce(over: solo) }
        #expect(failure?.kind == .software)
        #expect(failure?.message == "\(added) gradients were added for 4 shards")
    }
}

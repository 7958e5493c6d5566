import Numerics
import Sampling
import Testing

/// One step does what its formula says, in the order it says, with the random numbers it should use.
struct LangevinTests {
    static let stream = RandomStream(seed: 5, purpose: .test, step: 3, index: 2)
    static let noise = ChainNoise(stream)

    /// Chains at random places, some of them far out.
    static func buffers(chains: Int, dimension: Int) -> ChainBuffers {
        let buffers = ChainBuffers(chains: chains, dimension: dimension)
        RandomStream(seed: 5, purpose: .test, step: 9, index: 0).fillNormals(buffers.positions)
        for row in 0..<chains {
            for column in 0..<dimension { buffers.positions[row, column] *= 1.5 }
        }
        return buffers
    }

    struct Recipe: Sendable, CustomTestStringConvertible {
        var name: String
        var kernel: Langevin
        var testDescription: String { name }
    }

    static let recipes = [
        Recipe(name: "plain", kernel: Langevin(stepSize: 0.05, noise: 0.3)),
        Recipe(name: "clipped", kernel: Langevin(stepSize: 0.05, noise: 0.3, gradientClip: 0.4)),
        Recipe(name: "boxed", kernel: Langevin(stepSize: 0.05, noise: 0.3, box: -1...0.75)),
        Recipe(name: "half open", kernel: Langevin(stepSize: 0.05, noise: 0.3, box: -.infinity...0.75)),
        Recipe(name: "noise first", kernel: Langevin(stepSize: 0.05, noise: 0.3, noiseFirst: true)),
        Recipe(name: "IGEBM", kernel: Langevin(stepSize: 0.2, noise: 0.3, gradientClip: 0.4, noiseFirst: true, box: -1...1)),
        Recipe(name: "without noise", kernel: Langevin(stepSize: 0.05, noise: 0)),
    ]

    /// The step of a chain on Σ x⁴/4 for one value, in Double.
    static func reference(_ kernel: Langevin, _ x: Double, _ normal: Double) -> Double {
        func boxed(_ x: Double) -> Double {
            guard let box = kernel.box else { return x }
            return min(max(x, Double(box.lowerBound)), Double(box.upperBound))
        }
        let noise = Double(kernel.noise) * normal
        let start = kernel.noiseFirst ? boxed(x + noise) : x
        var g = start * start * start
        if let clip = kernel.gradientClip { g = min(max(g, -Double(clip)), Double(clip)) }
        return boxed(start - Double(kernel.stepSize) * g + (kernel.noiseFirst ? 0 : noise))
    }

    @Test(arguments: recipes, [1, 3, 13])
    func `steps follow the formula in Double, value by value, for tiles of any size`(recipe: Recipe, dimension: Int) {
        let kernel = recipe.kernel
        let potential = QuarticPotential(dimension: dimension)
        for chains in [1, 5, 16, 17, 21] {
            let buffers = Self.buffers(chains: chains, dimension: dimension)
            var state = kernel.initialState(buffers, in: potential)
            let groups = (chains * dimension + 63) / 64
            for index in 0..<3 {
                let before = buffers.positions.values
                _ = kernel.step(&state, index: index, noise: Self.noise, in: potential)
                let errors = zip(before, buffers.positions.values).enumerated().map { place, values in
                    let (old, new) = (Double(values.0), Double(values.1))
                    let expected = Self.reference(kernel, old, Double(Self.stream.normal(at: index * groups * 64 + place)))
                    // In units of the bound: four roundings of values of at most |x³| a + |x| + σ |ξ|, each to 2^-24.
                    return abs(new - expected) / (4 * (2 + abs(old) + 0.2 * abs(old * old * old)) * 0x1p-24)
                }
                #expect(errors.allSatisfy { $0 < 1 }, "\(chains) chains, step \(index)")
            }
        }
    }

    @Test(arguments: [1, 15, 16, 17, 63, 64, 65, 77, 130])
    func `steps have the bits of fused multiply-adds of single values, wherever in the tile they stand`(values: Int) {
        let kernel = Langevin(stepSize: 0.05, noise: 0.3, gradientClip: 0.7, box: -1.2...1.2)
        let potential = QuarticPotential(dimension: 1)
        let buffers = Self.buffers(chains: values, dimension: 1)
        let before = buffers.positions.values
        var state = kernel.initialState(buffers, in: potential)
        let index = 4
        _ = kernel.step(&state, index: index, noise: Self.noise, in: potential)
        let expected = before.enumerated().map { place, x -> Float in
            let g = min(max(x * x * x, -0.7), 0.7)
            let normal = Self.stream.normal(at: index * ((values + 63) / 64) * 64 + place)
            let moved = x.addingProduct(-0.05, g).addingProduct(0.3, normal)
            return min(max(moved, -1.2), 1.2)
        }
        #expect(buffers.positions.values == expected)
    }

    @Test func `the same tile computed twice has the same bits`() {
        let kernel = Langevin(stepSize: 0.05, noise: 0.3)
        let potential = QuarticPotential(dimension: 7)
        let results = (0..<2).map { _ -> [Float] in
            let buffers = Self.buffers(chains: 11, dimension: 7)
            kernel.run(buffers, steps: 10, noise: Self.noise, in: potential)
            return buffers.positions.values
        }
        #expect(results[0] == results[1])
    }

    @Test func `no random number serves twice: not in two steps, two shards or two training steps`() {
        let (chains, dimension, steps) = (5, 13, 40)
        let kernel = Langevin(stepSize: 1, noise: 1)
        let potential = FlatPotential(dimension: dimension)
        // Two neighbouring normals have 48 random bits; a repeated one is a repeated draw.
        var seen: Set<UInt64> = []
        var count = 0
        for (shard, trainingStep) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let stream = RandomStream(seed: 1, purpose: .langevin, step: trainingStep, index: shard)
            let buffers = ChainBuffers(chains: chains, dimension: dimension)
            var state = kernel.initialState(buffers, in: potential)
            for index in 0..<steps {
                buffers.positions.fill(0)
                _ = kernel.step(&state, index: index, noise: ChainNoise(stream), in: potential)
                let values = buffers.positions.values
                for place in 1..<values.count {
                    seen.insert(UInt64(values[place - 1].bitPattern) << 32 | UInt64(values[place].bitPattern))
                    count += 1
                }
            }
        }
        #expect(seen.count == count)
    }

    @Test(arguments: [false, true])
    func `squaredGradient is Σ g² at the place where the step evaluates the gradient, before clipping`(noiseFirst: Bool) {
        let kernel = Langevin(stepSize: 0.05, noise: 0.3, gradientClip: 0.1, noiseFirst: noiseFirst)
        let buffers = Self.buffers(chains: 9, dimension: 5)
        let before = buffers.positions.values
        let potential = QuarticPotential(dimension: 5)
        var state = kernel.initialState(buffers, in: potential)
        let info = kernel.step(&state, index: 0, noise: Self.noise, in: potential)
        let expected = before.enumerated().reduce(0.0) { sum, entry in
            let x = Double(entry.element) + (noiseFirst ? Double(kernel.noise) * Double(Self.stream.normal(at: entry.offset)) : 0)
            return sum + x * x * x * x * x * x
        }
        // x is rounded once, g twice, its square once: relative errors below 6 · 2^-24 + 4 · 2^-24.
        #expect(abs(info.squaredGradient - expected) < 10 * expected * 0x1p-24)
        #expect(info.accepted == nil && info.invalid == 0)
    }

    @Test(arguments: recipes)
    func `a value that is not a number stays one and touches no other, with clip and box`(recipe: Recipe) {
        let kernel = recipe.kernel
        let potential = QuarticPotential(dimension: 3)
        let (clean, broken) = (Self.buffers(chains: 30, dimension: 3), Self.buffers(chains: 30, dimension: 3))
        broken.positions[7, 1] = .nan
        for buffers in [clean, broken] { kernel.run(buffers, steps: 3, noise: Self.noise, in: potential) }
        for (place, (a, b)) in zip(clean.positions.values, broken.positions.values).enumerated() {
            #expect(place == 7 * 3 + 1 ? b.isNaN : a == b)
        }
    }

    @Test func `chains without steps stay where they are and report nothing`() {
        let buffers = Self.buffers(chains: 2, dimension: 2)
        let before = buffers.positions.values
        #expect(Langevin(stepSize: 1, noise: 1).run(buffers, steps: 0, noise: Self.noise, in: FlatPotential(dimension: 2)) == RunInfo())
        #expect(buffers.positions.values == before)
    }

    @Test func `the proper noise is √(2 a T)`() {
        #expect(Langevin.properNoise(stepSize: 0.5, temperature: 1) == 1)
        #expect(Langevin.properNoise(stepSize: 0.5, temperature: 4) == 2)
    }

    @Test(arguments: [1, 64, 65, 3072])
    func `the last step of the limit still has random numbers`(values: Int) {
        let kernel = Langevin(stepSize: 1, noise: 1)
        let limit = kernel.stepLimit(values: values)
        #expect(limit * ((values + 63) / 64) * 64 <= RandomStream.drawLimit)
        #expect((limit + 1) * ((values + 63) / 64) * 64 > RandomStream.drawLimit)
        let buffers = ChainBuffers(chains: values, dimension: 1)
        var state = kernel.initialState(buffers, in: FlatPotential(dimension: 1))
        _ = kernel.step(&state, index: limit - 1, noise: Self.noise, in: FlatPotential(dimension: 1))
        #expect(buffers.positions.values.allSatisfy { $0.isFinite && $0 != 0 })
    }
}

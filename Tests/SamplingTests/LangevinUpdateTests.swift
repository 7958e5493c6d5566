import Numerics
import Sampling
import Testing

@Suite("The update of a Langevin step")
struct LangevinUpdateTests {
    /// E(x) = Σ c x²/2 with a c that makes the clip and the box matter.
    private struct Bowl: Potential {
        let dimension: Int
        let curvature: Float

        func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
            for row in 0..<x.rows {
                for column in 0..<x.columns { gradient[row, column] = curvature * x[row, column] }
            }
        }
    }

    private static let kernels = [
        Langevin(stepSize: 0.1, noise: 0),
        Langevin(stepSize: 0.1, noise: 0.3),
        Langevin(stepSize: 0.1, noise: 0.3, gradientClip: 0.5, box: -1...0.75),
        Langevin(stepSize: 0.1, noise: 0.3, gradientClip: 0.5, noiseFirst: true, box: -1...0.75),
    ]

    // Numbers come in groups of 64: one value, less than a vector, a part of a group, whole groups, several blocks of groups and a rest.
    @Test(
        arguments: kernels.indices,
        [(1, 1), (3, 5), (2, 50), (4, 32), (7, 191)])
    func `every value moves by the formula, bit by bit, for tiles of any size`(_ index: Int, _ shape: (rows: Int, dimension: Int)) {
        let kernel = Self.kernels[index]
        let buffers = ChainBuffers(chains: shape.rows, dimension: shape.dimension)
        let start = RandomStream(seed: 5, purpose: .test, step: 0, index: 0)
        start.fillNormals(buffers.positions)
        let before = buffers.positions.values
        let noise = RandomStream(seed: 5, purpose: .test, step: 1, index: 0)
        let bowl = Bowl(dimension: shape.dimension, curvature: 2)
        var state = kernel.initialState(buffers, in: bowl)
        let info = kernel.step(&state, index: 3, noise: ChainNoise(noise), in: bowl)

        let firstDraw = 3 * ((before.count + 63) / 64) * 64
        var squares = 0.0
        for (place, value) in before.enumerated() {
            let (moved, gradient) = reference(kernel, bowl, value, normal: noise.normal(at: firstDraw + place))
            squares += Double(gradient) * Double(gradient)
            #expect(buffers.positions.values[place] == moved)
        }
        // 32 squares are added in Float before Double takes over: each addition and each square rounds by 2^-24.
        #expect(abs(info.squaredGradient - squares) <= 33 * 0x1p-24 * squares)
    }

    private func reference(_ kernel: Langevin, _ bowl: Bowl, _ value: Float, normal: Float) -> (moved: Float, gradient: Float) {
        func inBox(_ x: Float) -> Float { kernel.box.map { min(max(x, $0.lowerBound), $0.upperBound) } ?? x }
        let start = kernel.noiseFirst ? inBox(value.addingProduct(kernel.noise, normal)) : value
        let gradient = bowl.curvature * start
        let clip = kernel.gradientClip ?? .infinity
        let drifted = start.addingProduct(-kernel.stepSize, min(max(gradient, -clip), clip))
        return (inBox(kernel.noiseFirst ? drifted : drifted.addingProduct(kernel.noise, normal)), gradient)
    }

    @Test func `a chain that is not a number stays so, and no other one changes`() {
        let buffers = ChainBuffers(chains: 5, dimension: 30)
        buffers.positions[2, 7] = .nan
        let kernel = Langevin(stepSize: 0.1, noise: 0.3, gradientClip: 1, box: -1...1)
        kernel.run(
            buffers, steps: 2, noise: ChainNoise(RandomStream(seed: 5, purpose: .test, step: 2, index: 0)),
            in: Bowl(dimension: 30, curvature: 1))
        let values = buffers.positions.values
        #expect(values.indices.filter { values[$0].isNaN } == [2 * 30 + 7])
    }
}

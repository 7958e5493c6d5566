import Failures
import Numerics
import Sampling
import Training

/// Nanoseconds of a random number on one core, by itself and as part of a Langevin step.
public enum NoiseCost {
    public static func table() -> String {
        let tile = Matrix(rows: 64, columns: 784)
        let stream = RandomStream(seed: 1, purpose: .test, step: 0, index: 0)
        let buffers = ChainBuffers(chains: tile.rows, dimension: tile.columns)
        let kernel = Langevin(stepSize: 0.01, noise: 0.005)
        let potential = Flat(dimension: tile.columns)
        return [
            ("uniform numbers", { stream.fillUniforms(tile) }),
            ("normal numbers", { stream.fillNormals(tile) }),
            (
                "Langevin update, noise included",
                { kernel.run(buffers, steps: 1, noise: ChainNoise(motion: stream, decisions: stream), in: potential) }
            ),
        ].map { (name: String, work: () -> Void) in
            "\(NumberText.padded(name, 32))\(NumberText.fixed(1e9 * Timing.least(work) / Double(tile.count), 3, width: 6)) ns a number"
        }.joined(separator: "\n")
    }

    /// An energy that costs nothing.
    private struct Flat: Potential {
        let dimension: Int
        func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {}
    }
}

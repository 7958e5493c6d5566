import Model
import Numerics

/// Samples of a generator: g(z) with z ~ N(0, I), or with z on great circles between such.
package struct GeneratorSamples: Sendable {
    /// Samples on lines between two latent vectors each.
    package struct Lines: Sendable {
        /// Samples of a line.
        let steps: Int
        /// Of all tiles but the last.
        let rowsPerTile: Int

        package init(steps: Int, rowsPerTile: Int) { (self.steps, self.rowsPerTile) = (steps, rowsPerTile) }
    }

    package let generator: Network
    let weights: PreparedWeights
    let seed: UInt64
    /// Nil for independent samples.
    let lines: Lines?

    package init(generator: Network, weights: PreparedWeights, seed: UInt64, lines: Lines? = nil) {
        self.generator = generator
        self.weights = weights
        self.seed = seed
        self.lines = lines
    }

    /// The samples of a tile: rows x values of a row; a function of seed, step and tile (of seed and row on lines).
    /// - Parameter condition: of each row; nil for generators without.
    package func fill(_ samples: Matrix, tile: Int, step: Int = 0, condition: Matrix? = nil) {
        let latents = Matrix(rows: samples.rows, columns: generator.inputShape.count)
        if let lines {
            for row in 0..<latents.rows { fillLine(latents.rows(row..<row + 1), tile * lines.rowsPerTile + row, lines.steps) }
        } else {
            RandomStream(seed: seed, purpose: .samplingStart, step: step, index: tile).fillNormals(latents)
        }
        let workspace = Workspace(generator, rows: samples.rows)
        if let condition { workspace.setCondition(condition) }
        generator.forward(latents, weights, workspace, keepingSlopes: false)
        samples.copy(from: workspace.output.rows(0..<samples.rows))
    }

    /// One latent vector of a line: sin((1 - t) φ)/sin φ a + sin(t φ)/sin φ b, whose norm stays typical where a straight line's does not
    /// (K. Shoemake, doi:10.1145/325165.325242).
    private func fillLine(_ latent: Matrix, _ row: Int, _ steps: Int) {
        let ends = (0..<2).map { end in
            let vector = Matrix(rows: 1, columns: latent.columns)
            RandomStream(seed: seed, purpose: .samplingStart, step: 1 + end, index: row / steps).fillNormals(vector)
            return vector
        }
        let t = steps > 1 ? Float(row % steps) / Float(steps - 1) : 0
        let cosine = ends[0].dot(ends[1]) / (ends[0].squaredNorm * ends[1].squaredNorm).squareRoot()
        let angle = Self.angle(cosine: Float(cosine))
        let sine = VectorMath.sin(angle)
        // Nearly parallel vectors: the circle is a line.
        let (a, b) = sine < 1e-3 ? (1 - t, t) : (VectorMath.sin((1 - t) * angle) / sine, VectorMath.sin(t * angle) / sine)
        latent.combine(ends[0], ends[1]) { a * $0 + b * $1 }
    }

    /// arccos by bisection of our own cosine, the same bits on every machine.
    private static func angle(cosine: Float) -> Float {
        var (low, high): (Float, Float) = (0, .pi)
        for _ in 0..<40 {
            let middle = 0.5 * (low + high)
            if VectorMath.cos(middle) > cosine { low = middle } else { high = middle }
        }
        return 0.5 * (low + high)
    }
}

import Failures
import Model
import Numerics
import Training

/// GFLOP/s of matrix products of one thread: OpenBLAS, and the kernel of our layers with what it does to its results on the way.
public enum ProductRate {
    /// Rows, inner length and columns: hidden layers of the benchmark's networks, and large squares.
    private static let shapes = [
        (64, 128, 128), (256, 128, 128), (1024, 144, 32), (256, 288, 64), (512, 1024, 128), (512, 4096, 512), (512, 512, 512),
    ]

    /// Collective only in that every rank measures its own core. A table, a line for each shape.
    public static func table() throws(Failure) -> String {
        var lines = [
            "rows x inner x columns   OpenBLAS  forward  forward+SiLU  backward  | bfloat16: forward  forward+SiLU  backward   "
                + "GFLOP/s, best of several rounds"
        ]
        for (rows, inner, columns) in shapes {
            let rates = try Precision.allCases.map { (precision) throws(Failure) in
                [
                    try forward(rows, inner, columns, nil, precision), try forward(rows, inner, columns, .silu, precision),
                    try backward(rows, inner, columns, precision),
                ]
            }
            let texts = zip(rates, [[9, 14, 10], [20, 14, 10]]).map { rates, widths in
                zip(rates, widths).map { NumberText.fixed($0, 1, width: $1) }.joined()
            }
            lines.append(
                NumberText.padded("\(rows) x \(inner) x \(columns)", 24)
                    + NumberText.fixed(openBLAS(rows, inner, columns), 1, width: 9) + texts.joined())
        }
        return lines.joined(separator: "\n")
    }

    /// OpenBLAS with 512 x 512 x 512.
    static func largest() -> Double { openBLAS(512, 512, 512) }

    private static func openBLAS(_ rows: Int, _ inner: Int, _ columns: Int) -> Double {
        let (a, b, c) = (random(rows, inner), random(inner, columns), Matrix(rows: rows, columns: columns))
        return rate(rows, inner, columns) { Products.multiply(a, b, into: c) }
    }

    private static func forward(_ rows: Int, _ inner: Int, _ columns: Int, _ activation: Activation?, _ precision: Precision)
        throws(Failure) -> Double
    {
        let layer = try Layer(rows, inner, columns, activation, precision)
        let x = random(rows, inner)
        return rate(rows, inner, columns) { layer.network.forward(x, layer.weights, layer.workspace, keepingSlopes: true) }
    }

    private static func backward(_ rows: Int, _ inner: Int, _ columns: Int, _ precision: Precision) throws(Failure) -> Double {
        let layer = try Layer(rows, columns, inner, nil, precision)
        let (x, delta, gradient) = (random(rows, columns), random(rows, inner), Matrix(rows: rows, columns: columns))
        return rate(rows, inner, columns) {
            layer.network.backward(
                x, outputGradient: delta, layer.weights, layer.workspace, inputGradient: gradient, parameterGradient: nil)
        }
    }

    /// A dense layer with random weights.
    private struct Layer {
        let network: Network
        let weights: PreparedWeights
        let workspace: Workspace

        init(_ rows: Int, _ inputs: Int, _ outputs: Int, _ activation: Activation?, _ precision: Precision) throws(Failure) {
            let layers = [LayerDescription.dense(outputs: outputs)] + (activation.map { [.activation($0)] } ?? [])
            network = try Network(NetworkDescription(input: ImageShape(vector: inputs), layers: layers))
            weights = PreparedWeights(network, precision: PassPrecision(precision))
            weights.refresh(from: network.initialParameters(seed: 1))
            workspace = Workspace(network, rows: rows)
        }
    }

    private static func random(_ rows: Int, _ columns: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 1, purpose: .test, step: rows, index: columns).fillNormals(matrix)
        return matrix
    }

    private static func rate(_ rows: Int, _ inner: Int, _ columns: Int, _ work: () -> Void) -> Double {
        2e-9 * Double(rows * inner * columns) / Timing.least(work)
    }
}

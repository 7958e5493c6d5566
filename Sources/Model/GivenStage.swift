import GivenEnergies
import Numerics

/// An energy that is given in the place of layers: one value of a row, without parameters.
///
/// Both passes of a sampler need one evaluation: the gradient of the forward pass stays in the scratch, which this stage shares with no other.
struct GivenStage: Stage {
    let energy: any GivenEnergy

    var outputCount: Int { 1 }
    var activation: Activation? { nil }

    func followed(by activation: Activation) -> (any Stage)? { nil }

    func scratchCount(rows: Int) -> Int { rows * energy.dimension }

    private func gradient(_ scratch: Matrix, rows: Int) -> Matrix { scratch.view(from: 0, rows: rows, columns: energy.dimension) }

    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?) {
        energy.evaluate(x, energies: output, gradient: gradient(scratch, rows: x.rows))
    }

    func pullBack(_ delta: Matrix, at x: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        let own = self.gradient(scratch, rows: x.rows)
        for row in 0..<x.rows {
            let factor = delta[row, 0]
            gradient.rows(row..<row + 1).combine(own.rows(row..<row + 1), own.rows(row..<row + 1)) { slope, _ in factor * slope }
        }
        epilogue.apply(to: gradient)
    }

    func addParameterGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {}

    // Lines are those of objectives that learn, which have networks.

    func forwardAlongLine(_ x: [Matrix], _ weights: StageWeights, scratch: Matrix, into arguments: [Matrix]) { Self.refuseLines() }

    func pullBackAlongLine(_ deltas: [Matrix], at x: [Matrix], _ weights: StageWeights, scratch: Matrix, into gradients: [Matrix]) {
        Self.refuseLines()
    }

    func addParameterGradientAlongLine(_ x: [Matrix], _ deltas: [Matrix], scratch: Matrix, into gradient: Matrix) { Self.refuseLines() }

    private static func refuseLines() -> Never { preconditionFailure("a given energy has no derivatives along lines") }
}

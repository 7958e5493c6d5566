import Numerics

/// A linear map, its bias and the activation that follows: y = activation(map(x) + b), in one pass over the output.
struct AffineStage<Map: LinearMap>: LinearStage {
    let map: Map
    /// First of the weights and of the biases in the flat parameter vector.
    let weightStart: Int
    let biasStart: Int
    let activation: Activation?

    var outputCount: Int { map.positions * map.outputs }
    func preparedCount(_ precision: PassPrecision) -> Int { map.preparedCount(precision) }
    var multiplications: Int { map.multiplications }
    var pairedMultiplications: (forward: Int, backward: Int) { map.pairedMultiplications }

    func followed(by activation: Activation) -> (any Stage)? {
        guard self.activation == nil else { return nil }
        return AffineStage(map: map, weightStart: weightStart, biasStart: biasStart, activation: activation)
    }

    func scratchCount(rows: Int) -> Int { map.scratchCount(rows: rows) }

    func prepare(_ weights: StageWeights) {
        map.prepare(matrix(in: weights.parameters), into: weights.copies)
    }

    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?) {
        let slopes = slopes.map { byPosition($0) }
        let epilogue = Epilogue.activate(bias: biases(in: weights.parameters), activation: activation, slopes: slopes)
        map.apply(x, weights.copies, scratch: scratch, into: byPosition(output), epilogue)
    }

    func applyLinearPart(_ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix) {
        let epilogue = withBias ? Epilogue.activate(bias: biases(in: weights.parameters), activation: nil, slopes: nil) : .none
        map.apply(x, weights.copies, scratch: scratch, into: byPosition(output), epilogue)
    }

    func pullBack(_ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        map.applyTranspose(byPosition(delta), weights.copies, scratch: scratch, into: gradient, epilogue)
    }

    func addParameterGradient(_ x: Matrix, _ delta: Matrix, withBias: Bool, scratch: Matrix, into gradient: Matrix) {
        let delta = byPosition(delta)
        map.addWeightGradient(x, delta, scratch: scratch, into: matrix(in: gradient))
        if withBias { Elementwise.addColumnSums(of: delta, to: biases(in: gradient)) }
    }

    private func matrix(in flat: Matrix) -> Matrix {
        flat.view(from: weightStart, rows: map.weightShape.rows, columns: map.weightShape.columns)
    }

    private func biases(in flat: Matrix) -> Matrix {
        flat.view(from: biasStart, rows: 1, columns: map.outputs)
    }

    /// One row per output position instead of one per sample.
    private func byPosition(_ output: Matrix) -> Matrix {
        output.reshaped(rows: output.rows * map.positions, columns: map.outputs)
    }
}

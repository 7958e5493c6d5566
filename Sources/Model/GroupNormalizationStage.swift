import Numerics

/// Group normalisation with a scale and a bias per channel: y = γ (x - m)/√(v + ε) + β, with mean m and variance v of a sample's group of
/// channels over its pixels; as `torch.nn.GroupNorm`. No sample knows of another.
///
/// Source: Wu, He, arXiv 1803.08494.
struct GroupNormalizationStage: Stage {
    let pixels: Int
    let channels: Int
    let groups: Int
    let epsilon: Float
    let weightStart: Int
    let biasStart: Int
    let activation: Activation?

    var outputCount: Int { pixels * channels }

    func followed(by activation: Activation) -> (any Stage)? {
        guard self.activation == nil else { return nil }
        return GroupNormalizationStage(
            pixels: pixels, channels: channels, groups: groups, epsilon: epsilon, weightStart: weightStart, biasStart: biasStart,
            activation: activation)
    }

    func scratchCount(rows: Int) -> Int { NormalizationMoments.scratchCount(channels: channels) }

    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?) {
        for row in 0..<x.rows {
            let result = output.rows(row..<row + 1)
            moments([x], row, scratch).normalize(scale: scale(weights.parameters), bias: bias(weights.parameters), into: [result])
            // while the row is in the cache
            if let activation { Elementwise.activate(result, bias: nil, activation, slopes: slopes?.rows(row..<row + 1)) }
        }
    }

    func pullBack(_ delta: Matrix, at x: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        for row in 0..<x.rows {
            let (result, moments) = (gradient.rows(row..<row + 1), moments([x], row, scratch))
            moments.pullBack([delta.rows(row..<row + 1)], scale: scale(weights.parameters), into: [result])
            epilogue.apply(to: result, startingAt: row)
        }
    }

    func addParameterGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        addParameterGradientAlongLine([x], [delta], scratch: scratch, into: gradient)
    }

    func forwardAlongLine(_ x: [Matrix], _ weights: StageWeights, scratch: Matrix, into arguments: [Matrix]) {
        for row in 0..<x[0].rows {
            moments(x, row, scratch, order: arguments.count - 1).normalize(
                scale: scale(weights.parameters), bias: bias(weights.parameters), into: arguments.map { $0.rows(row..<row + 1) })
        }
    }

    func pullBackAlongLine(_ deltas: [Matrix], at x: [Matrix], _ weights: StageWeights, scratch: Matrix, into gradients: [Matrix]) {
        for row in 0..<x[0].rows {
            moments(x, row, scratch, order: deltas.count - 1).pullBack(
                deltas.map { $0.rows(row..<row + 1) }, scale: scale(weights.parameters), into: gradients.map { $0.rows(row..<row + 1) })
        }
    }

    func addParameterGradientAlongLine(_ x: [Matrix], _ deltas: [Matrix], scratch: Matrix, into gradient: Matrix) {
        NormalizationMoments.clearParameterSums(scratch, channels: channels)
        for row in 0..<x[0].rows {
            moments(x, row, scratch, order: deltas.count - 1).addToParameterSums(deltas.map { $0.rows(row..<row + 1) })
        }
        NormalizationMoments.addParameterSums(scratch, toScale: scale(gradient), bias: bias(gradient))
    }

    private func moments(_ x: [Matrix], _ row: Int, _ scratch: Matrix, order: Int = 0) -> NormalizationMoments {
        NormalizationMoments(
            x.map { $0.rows(row..<row + 1) }, order: order, pixels: pixels, groups: groups, epsilon: epsilon, scratch: scratch)
    }

    private func scale(_ flat: Matrix) -> Matrix { flat.view(from: weightStart, rows: 1, columns: channels) }
    private func bias(_ flat: Matrix) -> Matrix { flat.view(from: biasStart, rows: 1, columns: channels) }
}

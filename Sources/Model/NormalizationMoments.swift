import Numerics

/// Mean, variance and r = (v + ε)^(-1/2) of the groups of one sample, and what normalisation makes of them; along a line, their
/// derivatives, too.
///
/// x is a truncated Taylor series (x, x', x''), and so is everything made of it. With the centred c = x - m:
/// v = ⟨c²⟩, v' = 2⟨c c'⟩, v'' = 2⟨c'² + c c''⟩; r' = -½ r³ v', r'' = -½ r³ v'' + ¾ r⁵ v'²;
/// y = γ c r + β, y' = γ (c' r + c r'), y'' = γ (c'' r + 2 c' r' + c r'').
/// Lanes are channels: sums over the pixels stand channel by channel and are added up for each group, whose numbers are then repeated for
/// each of its channels.
///
/// Source of the arithmetic: Griewank, Walther, Evaluating Derivatives, SIAM 2008, chapters 10 and 13.
struct NormalizationMoments {
    /// By derivative, a sample each; derivatives that are left out vanish.
    private let x: [Matrix]
    private let order: Int
    private let pixels: Int
    let channels: Int
    let groups: Int
    let scratch: Matrix

    /// Numbers of a channel in the scratch, each with a row of its own; three that follow one another belong to the derivatives.
    private enum Slot {
        static let (mean, rate, variance, weight, offset, sum, gradientSum) = (0, 3, 6, 9, 12, 15, 18)
        static let (scaleSum, biasSum, count) = (21, 22, 24)
    }

    static func width(_ channels: Int) -> Int { (channels + 15) & ~15 }
    static func scratchCount(channels: Int) -> Int { Slot.count * width(channels) }

    /// - Parameters:
    ///   - x: 1 x (pixels · channels) each.
    ///   - scratch: belongs to these moments as long as they are used.
    init(_ x: [Matrix], order: Int, pixels: Int, groups: Int, epsilon: Float, scratch: Matrix) {
        (self.x, self.order, self.pixels, self.groups, self.scratch) = (x, order, pixels, groups, scratch)
        channels = x[0].count / pixels
        findMeans()
        findRates(epsilon)
    }

    private var valuesOfGroup: Float { Float(pixels * channels / groups) }

    // MARK: Forward

    private func findMeans() {
        let values = Parts(x)
        forEachBlock { block in
            var sums = (Lanes.zero, Lanes.zero, Lanes.zero)
            for pixel in 0..<pixels {
                let x = values.load(block, pixel)
                sums.0 += x.0
                if order > 0 { sums.1 += x.1 }
                if order > 1 { sums.2 += x.2 }
            }
            store(sums, Slot.sum, block)
        }
        let count = valuesOfGroup
        forEachGroup { group in
            for k in 0...order { spread(total(Slot.sum + k, group) / count, Slot.mean + k, group) }
        }
    }

    private func findRates(_ epsilon: Float) {
        let values = Parts(x)
        forEachBlock { block in
            let means = load(Slot.mean, block)
            var (zeroth, first, second) = (Lanes.zero, Lanes.zero, Lanes.zero)
            for pixel in 0..<pixels {
                let c = values.load(block, pixel, less: means)
                zeroth += c.0 * c.0
                if order > 0 { first += c.0 * c.1 }
                if order > 1 { second += c.1 * c.1 + c.0 * c.2 }
            }
            store((zeroth, first, second), Slot.sum, block)
        }
        let count = valuesOfGroup
        forEachGroup { group in
            let r = 1 / (total(Slot.sum, group) / count + epsilon).squareRoot()
            let (v1, v2) = (2 * total(Slot.sum + 1, group) / count, 2 * total(Slot.sum + 2, group) / count)
            let cube = r * r * r
            spread(r, Slot.rate, group)
            // Powers of r may be no floats where a group does not vary: only what is asked for is computed.
            spread(order > 0 ? -0.5 * cube * v1 : 0, Slot.rate + 1, group)
            spread(order > 1 ? -0.5 * cube * v2 + 0.75 * cube * r * r * v1 * v1 : 0, Slot.rate + 2, group)
            spread(v1, Slot.variance + 1, group)
            spread(v2, Slot.variance + 2, group)
        }
    }

    /// y and its derivatives. scale, bias: 1 x channels.
    func normalize(scale: Matrix, bias: Matrix, into y: [Matrix]) {
        let (values, results, parameters) = (Parts(x), Parts(y), Parts([scale, bias]))
        forEachBlock { block in
            let (means, rate) = (load(Slot.mean, block), load(Slot.rate, block))
            let (scale, bias, _) = parameters.load(block, 0)
            for pixel in 0..<pixels {
                let c = values.load(block, pixel, less: means)
                results.store(scale * (c.0 * rate.0) + bias, 0, block, pixel)
                if order > 0 { results.store(scale * (c.1 * rate.0 + c.0 * rate.1), 1, block, pixel) }
                if order > 1 { results.store(scale * (c.2 * rate.0 + 2 * c.1 * rate.1 + c.0 * rate.2), 2, block, pixel) }
            }
        }
    }

    // MARK: Backward

    /// For gradients g, g', g'' of y, y', y'': channel by channel their sums over the pixels, and those of what the rates were multiplied by,
    /// g c + g' c' + g'' c'', g' c + 2 g'' c' and g'' c.
    private func sumGradients(_ gradients: [Matrix]) {
        let (values, given) = (Parts(x), Parts(gradients))
        forEachBlock { block in
            let means = load(Slot.mean, block)
            var (zeroth, first, second) = (Lanes.zero, Lanes.zero, Lanes.zero)
            var (g0, g1, g2) = (Lanes.zero, Lanes.zero, Lanes.zero)
            for pixel in 0..<pixels {
                let (c, g) = (values.load(block, pixel, less: means), given.load(block, pixel))
                g0 += g.0
                zeroth += g.0 * c.0
                if order > 0 {
                    g1 += g.1
                    zeroth += g.1 * c.1
                    first += g.1 * c.0
                }
                if order > 1 {
                    g2 += g.2
                    zeroth += g.2 * c.2
                    first += 2 * g.2 * c.1
                    second += g.2 * c.0
                }
            }
            store((zeroth, first, second), Slot.sum, block)
            store((g0, g1, g2), Slot.gradientSum, block)
        }
    }

    // With R, R', R'' the gradients of r, r', r'': of v'' it is -½ r³ R'', of v' it is -½ r³ R' + 3/2 r⁵ v' R'', and of v it is -½ r³ times the
    // whole of r, R - 3/2 r² v' R' + (15/4 r⁴ v'² - 3/2 r² v'') R''. Each is multiplied by 2/n times the c's that v is made of. As the mean
    // of c is 0, the mean of the gradient of c is that of its first part alone.

    /// From gradients of y and its derivatives to those of x, as many of them as there are results.
    func pullBack(_ gradients: [Matrix], scale: Matrix, into results: [Matrix]) {
        sumGradients(gradients)
        let count = valuesOfGroup
        forEachGroup { group in
            let (r, r1, r2) = (value(Slot.rate, group), value(Slot.rate + 1, group), value(Slot.rate + 2, group))
            let (v1, v2) = (value(Slot.variance + 1, group), value(Slot.variance + 2, group))
            let (ofRate, ofFirst, ofSecond) = (
                total(Slot.sum, group, scale), total(Slot.sum + 1, group, scale), total(Slot.sum + 2, group, scale)
            )
            let (square, half) = (r * r, -0.5 * r * r * r)
            let whole = ofRate - 1.5 * square * (v1 * ofFirst + v2 * ofSecond) + 3.75 * square * square * v1 * v1 * ofSecond
            spread(2 * half * whole / count, Slot.weight, group)
            spread(2 * (half * ofFirst + 1.5 * square * square * r * v1 * ofSecond) / count, Slot.weight + 1, group)
            spread(2 * half * ofSecond / count, Slot.weight + 2, group)
            let (g0, g1, g2) = (
                total(Slot.gradientSum, group, scale), total(Slot.gradientSum + 1, group, scale), total(Slot.gradientSum + 2, group, scale)
            )
            spread((r * g0 + r1 * g1 + r2 * g2) / count, Slot.offset, group)
            spread((r * g1 + 2 * r1 * g2) / count, Slot.offset + 1, group)
            spread(r * g2 / count, Slot.offset + 2, group)
        }
        let (values, given, output, factors) = (Parts(x), Parts(gradients), Parts(results), Parts([scale]))
        forEachBlock { block in
            let (means, scale) = (load(Slot.mean, block), factors.load(block, 0).0)
            let (rate, weight, offset) = (load(Slot.rate, block), load(Slot.weight, block), load(Slot.offset, block))
            for pixel in 0..<pixels {
                let (c, g) = (values.load(block, pixel, less: means), given.load(block, pixel))
                var first = scale * (g.0 * rate.0) + weight.0 * c.0 - offset.0
                if order > 0 { first += scale * (g.1 * rate.1) + weight.1 * c.1 }
                if order > 1 { first += scale * (g.2 * rate.2) + weight.2 * c.2 }
                output.store(first, 0, block, pixel)
                if results.count > 1 {
                    var second = scale * (g.1 * rate.0) + weight.1 * c.0 - offset.1
                    if order > 1 { second += 2 * (scale * (g.2 * rate.1) + weight.2 * c.1) }
                    output.store(second, 1, block, pixel)
                }
                if results.count > 2 { output.store(scale * (g.2 * rate.0) + weight.2 * c.0 - offset.2, 2, block, pixel) }
            }
        }
    }

    // MARK: Parameters

    static func clearParameterSums(_ scratch: Matrix, channels: Int) {
        let width = width(channels)
        scratch.view(from: Slot.scaleSum * width, rows: 2, columns: width).fill(0)
    }

    /// Adds this sample's gradients of scale and bias to sums in the scratch.
    func addToParameterSums(_ gradients: [Matrix]) {
        sumGradients(gradients)
        forEachBlock { block in
            let (rate, sum) = (load(Slot.rate, block), load(Slot.sum, block))
            let parameters = load(Slot.scaleSum, block)
            store(parameters.0 + rate.0 * sum.0 + rate.1 * sum.1 + rate.2 * sum.2, Slot.scaleSum, block)
            store(parameters.1 + load(Slot.gradientSum, block).0, Slot.biasSum, block)
        }
    }

    static func addParameterSums(_ scratch: Matrix, toScale scale: Matrix, bias: Matrix) {
        let width = width(scale.count)
        for (slot, target) in [(Slot.scaleSum, scale), (Slot.biasSum, bias)] {
            Elementwise.add(target, scratch.view(from: slot * width, rows: 1, columns: scale.count), scale: 1, into: target)
        }
    }
}

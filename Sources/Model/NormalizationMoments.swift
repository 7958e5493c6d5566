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
    private let channels: Int
    private let groups: Int
    private let scratch: Matrix

    /// Numbers of a channel in the scratch, each with a row of its own; three that follow one another belong to the derivatives.
    private enum Slot {
        static let (mean, rate, variance, weight, offset, sum, gradientSum) = (0, 3, 6, 9, 12, 15, 18)
        static let (scaleSum, biasSum, count) = (21, 22, 24)
    }

    private static func width(_ channels: Int) -> Int { (channels + 15) & ~15 }
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

// MARK: Lanes and groups

extension NormalizationMoments {
    fileprivate typealias Series = (Lanes, Lanes, Lanes)

    /// Up to sixteen channels.
    fileprivate struct Block {
        let start: Int
        let count: Int
        let channels: Int

        @inline(__always) func offset(_ pixel: Int) -> Int { pixel &* channels &+ start }
    }

    /// The floats of up to three matrices, a value and its derivatives, at hand without counting references in the loops over the pixels. The
    /// matrices belong to who asked for the pass and outlive it.
    @safe fileprivate struct Parts {
        private let first: UnsafeMutablePointer<Float>
        private let second: UnsafeMutablePointer<Float>?
        private let third: UnsafeMutablePointer<Float>?

        init(_ matrices: [Matrix]) {
            unsafe first = matrices[0].base
            unsafe second = matrices.count > 1 ? matrices[1].base : nil
            unsafe third = matrices.count > 2 ? matrices[2].base : nil
        }

        /// Of a pixel, as many derivatives as there are, 0 for the others.
        @inline(__always) func load(_ block: Block, _ pixel: Int) -> Series {
            let offset = block.offset(pixel)
            return unsafe (
                Self.load(first + offset, block.count), second.map { unsafe Self.load($0 + offset, block.count) } ?? .zero,
                third.map { unsafe Self.load($0 + offset, block.count) } ?? .zero
            )
        }

        @inline(__always) func load(_ block: Block, _ pixel: Int, less means: Series) -> Series {
            let x = load(block, pixel)
            return (x.0 - means.0, x.1 - means.1, x.2 - means.2)
        }

        @inline(__always) func store(_ lanes: Lanes, _ part: Int, _ block: Block, _ pixel: Int) {
            guard let base = unsafe part == 0 ? first : part == 1 ? second : third else { return }
            let address = unsafe base + block.offset(pixel)
            if block.count == 16 { unsafe lanes.store(to: address) } else { unsafe lanes.store(to: address, count: block.count) }
        }

        @inline(__always) @unsafe private static func load(_ address: UnsafePointer<Float>, _ count: Int) -> Lanes {
            unsafe count == 16 ? Lanes(loading: address) : Lanes(loading: address, count: count)
        }
    }

    @inline(__always) fileprivate func forEachBlock(_ body: (Block) -> Void) {
        for start in stride(from: 0, to: channels, by: 16) {
            body(Block(start: start, count: min(16, channels - start), channels: channels))
        }
    }

    @inline(__always) fileprivate func forEachGroup(_ body: (_ channels: Range<Int>) -> Void) {
        let size = channels / groups
        for group in 0..<groups { body(group * size..<(group + 1) * size) }
    }

    /// The numbers of a slot and of the two behind it.
    @inline(__always) fileprivate func load(_ slot: Int, _ block: Block) -> Series {
        let width = Self.width(channels)
        let address = unsafe UnsafePointer(scratch.base) + slot * width + block.start
        return unsafe (Lanes(loading: address), Lanes(loading: address + width), Lanes(loading: address + 2 * width))
    }

    @inline(__always) fileprivate func store(_ lanes: Lanes, _ slot: Int, _ block: Block) {
        unsafe lanes.store(to: scratch.base + slot * Self.width(channels) + block.start)
    }

    @inline(__always) fileprivate func store(_ lanes: Series, _ slot: Int, _ block: Block) {
        store(lanes.0, slot, block)
        store(lanes.1, slot + 1, block)
        store(lanes.2, slot + 2, block)
    }

    fileprivate func spread(_ value: Float, _ slot: Int, _ group: Range<Int>) {
        unsafe (scratch.base + slot * Self.width(channels) + group.lowerBound).update(repeating: value, count: group.count)
    }

    /// What `spread` wrote.
    fileprivate func value(_ slot: Int, _ group: Range<Int>) -> Float {
        unsafe scratch.base[slot * Self.width(channels) + group.lowerBound]
    }

    /// The sum of a slot over the channels of a group, each times a factor where factors are given.
    fileprivate func total(_ slot: Int, _ group: Range<Int>, _ factors: Matrix? = nil) -> Float {
        let numbers = unsafe UnsafePointer(scratch.base) + slot * Self.width(channels) + group.lowerBound
        if let factors { return unsafe Elementwise.dot(numbers, factors.base + group.lowerBound, count: group.count) }
        var sum = Lanes.zero
        for start in stride(from: 0, to: group.count, by: 16) {
            let count = min(16, group.count - start)
            unsafe sum += count == 16 ? Lanes(loading: numbers + start) : Lanes(loading: numbers + start, count: count)
        }
        return sum.sum()
    }
}

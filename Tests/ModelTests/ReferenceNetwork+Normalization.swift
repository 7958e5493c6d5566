import Model

/// Group normalisation: neighbouring channels in PyTorch's order, with all their pixels, are a group.
extension ReferenceNetwork {
    /// The centred values of a group over √(v + ε), and 1/√(v + ε).
    private func standardized(_ values: ArraySlice<Bounded>, _ epsilon: Float) -> (values: [Bounded], rate: Bounded) {
        let count = Bounded(1 / Double(values.count), error: Bounded.unit / Double(values.count))
        let mean = count * sum(values)
        let centred = values.map { $0 - mean }
        let variance = count * sum(centred.map { $0 * $0 }[...])
        let rate = (variance + Bounded(Double(epsilon))).reciprocalRoot
        return (centred.map { $0 * rate }, rate)
    }

    func normalized(_ x: Image, _ groups: Int, _ epsilon: Float, _ name: String) -> Image {
        var y = x
        let (size, pixels) = (x.values.count / groups, x.height * x.width)
        for group in 0..<groups {
            let range = group * size..<(group + 1) * size
            for (index, value) in zip(range, standardized(x.values[range], epsilon).values) {
                let channel = index / pixels
                y.values[index] = Bounded(parameters["\(name).weight"]![channel]) * value + Bounded(parameters["\(name).bias"]![channel])
            }
        }
        return y
    }

    // With h = γ g: r (h - mean h - z mean(h z)), z the normalised values.
    func normalizationGradient(
        _ x: Image, _ gradient: Image, _ groups: Int, _ epsilon: Float, _ name: String, _ sums: inout [String: [BoundedSum]]
    ) -> Image {
        var below = x
        let (size, pixels) = (x.values.count / groups, x.height * x.width)
        let weight = parameters["\(name).weight"]!
        let share = Bounded(1 / Double(size), error: Bounded.unit / Double(size))
        for group in 0..<groups {
            let range = group * size..<(group + 1) * size
            let (z, rate) = standardized(x.values[range], epsilon)
            let h = range.map { Bounded(weight[$0 / pixels]) * gradient.values[$0] }
            let (mean, slope) = (share * sum(h[...]), share * sum(zip(h, z).map { $0 * $1 }[...]))
            for (place, index) in range.enumerated() {
                below.values[index] = rate * (h[place] - mean - z[place] * slope)
                sums["\(name).weight"]![index / pixels].add(gradient.values[index] * z[place])
                sums["\(name).bias"]![index / pixels].add(gradient.values[index])
            }
        }
        return below
    }

    private func sum(_ values: ArraySlice<Bounded>) -> Bounded {
        var sum = BoundedSum()
        for value in values { sum.add(value) }
        return sum.total
    }
}

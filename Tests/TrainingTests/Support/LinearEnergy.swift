/// E(x) = w·x + b + |x|²/2 on the plane, whose gradient with respect to (w, b) is (x, 1), in plain `Double`.
struct LinearEnergy {
    private let parameters: [Double]

    /// - Parameter parameters: w, then b.
    init(_ parameters: [Double]) { self.parameters = parameters }

    /// The gradient of mean E(x+) - mean E(x-) + α (mean E(x+)² + mean E(x-)²), and the sums of the energies of both sides.
    func gradient(_ positives: [[Float]], _ negatives: [[Float]], alpha: Double) -> (gradient: [Double], energies: [Double]) {
        var gradient = [0.0, 0, 0]
        var energies = [0.0, 0]
        for (side, (rows, sign)) in [(positives, 1.0), (negatives, -1.0)].enumerated() {
            for row in rows {
                let (x, y) = (Double(row[0]), Double(row[1]))
                let energy = parameters[0] * x + parameters[1] * y + parameters[2] + (x * x + y * y) / 2
                energies[side] += energy
                let weight = (sign + 2 * alpha * energy) / Double(rows.count)
                for (index, slope) in [x, y, 1].enumerated() { gradient[index] += weight * slope }
            }
        }
        return (gradient, energies)
    }
}

/// Mean energies of rows that were trained on and of as many that were held out.
public struct HeldOutEnergies: Codable, Hashable, Sendable {
    public let training: Double
    public let heldOut: Double
    /// `heldOut` - `training`: above 0 by more than chance, the energy knows the rows that it was trained on.
    public let gap: Double
    /// The standard error of the gap over the choice of rows.
    public let gapError: Double

    /// - Parameters: energies of rows, at least two of each.
    init(training: [Double], heldOut: [Double]) {
        func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (mean, squares / Double(values.count - 1) / Double(values.count))
        }
        let (seen, unseen) = (moments(training), moments(heldOut))
        (self.training, self.heldOut) = (seen.mean, unseen.mean)
        gap = unseen.mean - seen.mean
        gapError = (seen.variance + unseen.variance).squareRoot()
    }
}

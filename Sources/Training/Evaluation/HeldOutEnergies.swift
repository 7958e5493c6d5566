/// Mean energies of rows that were trained on and of rows that were held out.
public struct HeldOutEnergies: Codable, Hashable, Sendable {
    public let training: Double
    public let heldOut: Double
    /// `heldOut` - `training`: above 0 by more than chance, the energy knows the rows that it was trained on.
    public let gap: Double
    /// The standard error of the gap over the choice of rows.
    public let gapError: Double
    /// √((s² + s'²)/2) of the standard deviations of both kinds; absent from lines that versions before 0.3 wrote.
    public let deviation: Double?

    /// - Parameters: energies of rows, at least two of each.
    package init(training: [Double], heldOut: [Double]) {
        func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
        }
        let (seen, unseen) = (moments(training), moments(heldOut))
        (self.training, self.heldOut) = (seen.mean, unseen.mean)
        gap = unseen.mean - seen.mean
        gapError = (seen.variance / Double(training.count) + unseen.variance / Double(heldOut.count)).squareRoot()
        deviation = ((seen.variance + unseen.variance) / 2).squareRoot()
    }

    /// Whether the gap is more than chance and a fair part of what energies differ by anyhow.
    package var memorizes: Bool {
        guard let relativeGap else { return false }
        return relativeGap > DiagnosticThresholds.memorizing && gap > DiagnosticThresholds.driftErrors * gapError
    }

    /// The gap in standard deviations of the energies.
    package var relativeGap: Double? { deviation.map { gap / max($0, .leastNormalMagnitude) } }
}

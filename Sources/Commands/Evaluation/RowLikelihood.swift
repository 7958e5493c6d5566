import Datasets
import Foundation
import Measures
import Numerics

/// How likely a density exp(-F) / Z finds rows of data.
public struct RowLikelihood: Codable, Hashable, Sendable {
    /// The rows: where they come from, how many, and whether they were trained on.
    public let data: String
    public let rows: Int
    public let areTrainingRows: Bool
    /// mean F
    public let meanEnergy: Estimate
    /// mean log p of a row in nats, on the model's scale.
    public let logLikelihood: Estimate
    /// The same in bits a value with the sign turned, in the units of the data; absent for levels that are not spread over their cells, and for tables with
    /// columns that are no numbers, or with curved scales.
    public let bitsPerDimension: Estimate?
    /// What bits a dimension count, in words.
    public let units: String

    /// - Parameters:
    ///   - energies: F of the rows.
    ///   - logZ: its value, and what it is at least and at most.
    ///   - learned: how rows became what the model works on.
    init(
        energies: [Double], logZ: (value: Double, lower: Estimate, upper: Estimate), of data: String, areTrainingRows: Bool,
        learned: RowPreparation
    ) {
        (self.data, self.areTrainingRows, rows) = (data, areTrainingRows, energies.count)
        let mean = Estimate(meanOf: energies)
        meanEnergy = mean
        // Chance of the rows and chance of log Z are independent: half widths add up in squares, beside the bracket.
        let half = mean.interval.high - mean.value
        func width(_ estimate: Estimate) -> Double { (half * half + pow(estimate.interval.high - estimate.value, 2)).squareRoot() }
        let likelihood = Estimate(
            -mean.value - logZ.value,
            Interval(
                low: -mean.value - max(logZ.upper.value, logZ.value) - width(logZ.upper),
                high: -mean.value - min(logZ.lower.value, logZ.value) + width(logZ.lower), method: .bounds, count: energies.count))
        logLikelihood = likelihood
        let isLattice = learned.levels != nil && !learned.isDequantised
        bitsPerDimension =
            isLattice
            ? nil
            : learned.logVolume.map { volume in
                likelihood.scaled(by: 1, plus: volume).scaled(by: -1 / (Double(learned.shape.count) * log(2)))
            }
        units =
            if isLattice {
                "none: the data are levels, which data.dequantize has not spread over their cells, and a density says nothing of their probability"
            } else if learned.logVolume == nil {
                "none: the density is that of the coordinates that columns became (Documentation/Data.md#tables), not of the table's own units"
            } else if learned.levels != nil || learned.table?.columns.allSatisfy(\.isWhole) == true {
                "\(learned.levels == nil ? "whole numbers" : "levels"), spread uniformly over their cells: an upper bound of -log2 of the probability of one"
            } else {
                "units of the data: -log2 of a density, which may be negative"
            }
    }

    /// Lines for the person at the terminal.
    public var text: String {
        """
        log-likelihood     \(logLikelihood.text(3)) nats of \(rows) \(areTrainingRows ? "training " : "")rows of \(data)
        bits a dimension   \(bitsPerDimension.map { $0.text(4) + "   " } ?? "")\(units)
        """
    }
}

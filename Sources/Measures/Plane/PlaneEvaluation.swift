import Datasets
import Distributed
import Failures
import Formats
import Foundation

/// The measures of an energy over the plane whose density is known: normalisation, distance from the density, and what the chains found.
public struct PlaneEvaluation: Codable, Hashable, Sendable {
    /// The name of the density.
    public let density: String
    public let integral: PlaneIntegral
    public let fit: DensityFit
    /// Absent for a density without separate modes.
    public let coverage: ModeCoverage?

    /// Around the domain of a density: a model may put mass where the density has none.
    private static let margin = 1.1

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - chains: x, y, x, y, ...; the same on all ranks.
    /// - Throws: `.numerical` where the energy is no number.
    public init(
        of energy: some PlaneEnergy, against density: PlaneDensity, chains: [Float],
        options: PlaneIntegral.Options = PlaneIntegral.Options(), _ communicator: any Communicator
    ) throws(Failure) {
        self.density = density.name
        integral = try PlaneIntegral(of: energy, over: density.domain.scaled(by: Self.margin), options: options, communicator)
        fit = try DensityFit(of: energy, logZ: integral.logZ, to: density, communicator)
        coverage = ModeCoverage(of: chains, in: density, Bootstrap())
    }

    public var warnings: [String] { integral.warnings }

    /// Lines for the person at the terminal.
    public var text: String {
        let square = integral.square
        var lines = [
            "log Z           \(format(integral.logZ))   \(integral.points) x \(integral.points) points over "
                + "[\(format(square.x.lowerBound)), \(format(square.x.upperBound))] x [\(format(square.y.lowerBound)), \(format(square.y.upperBound))]; "
                + "change \(small(integral.change)), edge mass \(small(integral.edgeMass))",
            "KL(p || q)      \(format(fit.divergence, fit.intervals?.divergence)) nats",
            "squared error   \(format(fit.squaredError, fit.intervals?.squaredError))   of log q at \(DensityFit.sampleCount) samples of p; "
                + "\(format(fit.squaredErrorUpToConstant, fit.intervals?.squaredErrorUpToConstant)) with log Z estimated at these",
            "log-likelihood  \(format(fit.logLikelihood, fit.intervals?.logLikelihood))   of at most "
                + format(fit.bestLogLikelihood, fit.intervals?.bestLogLikelihood),
        ]
        if let bias = fit.modeBias, let least = bias.indices.min(by: { bias[$0] < bias[$1] }),
            let most = bias.indices.max(by: { bias[$0] < bias[$1] })
        {
            let ends = [least, most].map { format(bias[$0], fit.intervals?.modeBias?[$0]) }
            lines.append("mode bias       least \(ends[0]), most \(ends[1])   mean of log q - log p by mode")
        }
        if let coverage { lines += text(of: coverage) }
        return (lines + warnings.map { "warning: \($0)" }).joined(separator: "\n")
    }

    private func text(of coverage: ModeCoverage) -> [String] {
        let range = coverage.intervals.map { " (95 %: \(Spread.short($0.covered.low)) to \(Spread.short($0.covered.high)))" } ?? ""
        let near = coverage.intervals.map { Estimate(coverage.nearShare, $0.nearShare).percent }
        return [
            "modes           \(coverage.covered)\(range) of \(coverage.modes)   with at least \(coverage.threshold) of \(coverage.samples) chains within 3 sd",
            "near a mode     \(near ?? String(format: "%.1f %%", 100 * coverage.nearShare)) of the chains",
        ]
    }

    private func format(_ value: Double, _ interval: Interval?) -> String {
        interval.map { Estimate(value, $0).text(4) } ?? format(value)
    }

    private func format(_ value: Float) -> String { String(format: "%.2f", value) }
    private func format(_ value: Double) -> String { String(format: "%.4f", value) }
    private func small(_ value: Double) -> String { String(format: "%.1e", value) }
}

import Numerics

/// Discrete Metropolis-adjusted Langevin (DMALA): all sites of a chain are proposed values at once, each by itself, and accepted or rejected together.
///
/// The proposal is that of ``MALA``, N(x - a ∇E, 2 a T), restricted to the values of each site: q(v|x) ∝ exp(½ ∇E·(x - v)/T - |v - x|²/(4 a T)). The source's step
/// size is α = 2 a T.
///
/// Source: R. Zhang, X. Liu, Q. Liu, arXiv:2206.09914.
public struct DiscreteLangevin: InformedKernel {
    /// a
    public private(set) var stepSize: Float
    /// T
    public let temperature: Float
    let values: SiteValues

    public init(sites: [DiscreteSite], stepSize: Float, temperature: Float = 1) {
        (values, self.stepSize, self.temperature) = (SiteValues(sites), stepSize, temperature)
    }

    /// That of ``MALA``, which the source aims at too.
    public var bestAcceptance: Double? { 0.574 }

    /// Values are finitely many: where 4 a T is far above every |v - x|², their distance counts no more.
    public var isHeldByStepSize: Bool {
        4 * Double(stepSize) * Double(temperature) < Self.freedom * values.largestSquaredDistance
    }

    /// From where on a larger step size changes the weight of a proposal by a tenth at most.
    private static let freedom = 10.0

    /// What is proposed may be where a chain stands.
    public var countsMoves: Bool { false }

    public func scaled(by factor: Float) -> DiscreteLangevin {
        var scaled = self
        scaled.stepSize *= factor
        return scaled
    }

    var proposalDraws: Int { values.sites }

    func propose(_ place: SitePlace, next: Matrix, uniforms: Matrix, _ weights: inout LogWeights) -> Double? {
        var sum = 0.0
        for site in 0..<values.sites where !values.isHeld(site, place.held, row: place.row) {
            weigh(site, place, &weights)
            let (number, logProbability) = weights.choose(uniforms[place.row, site])
            values.write(values.values(of: site).lowerBound + number, to: next, row: place.row)
            sum += logProbability
        }
        return sum
    }

    func logProbability(of next: Matrix, from place: SitePlace, _ weights: inout LogWeights) -> Double {
        var sum = 0.0
        for site in 0..<values.sites where !values.isHeld(site, place.held, row: place.row) {
            weigh(site, place, &weights)
            sum += weights.logProbability(of: values.value(of: site, in: next, row: place.row) - values.values(of: site).lowerBound)
        }
        return sum
    }

    /// The weights of a site's values.
    private func weigh(_ site: Int, _ place: SitePlace, _ weights: inout LogWeights) {
        weights.clear()
        let (slopes, distances) = (-0.5 / Double(temperature), -0.25 / (Double(stepSize) * Double(temperature)))
        let here = values.value(of: site, in: place.x, row: place.row)
        let slope = values.product(here, place.gradient, row: place.row)
        for value in values.values(of: site) {
            let rise = values.product(value, place.gradient, row: place.row) - slope
            weights.append(slopes * rise + distances * values.squaredDistance(value, here, place.x, row: place.row))
        }
    }
}

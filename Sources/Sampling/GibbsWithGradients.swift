import Numerics

/// Gibbs with gradients: one site of a chain is proposed another value, drawn among all pairs of a site and a value that it has not, and accepted or rejected.
///
/// q(x'|x) ∝ exp(½ ∇E(x)·(x - x')/T), the locally balanced proposal with the energy's difference to first order: a site that gains much is chosen often. A step
/// changes one site of a chain at most, so that it takes as many steps as there are sites to draw each of them once.
///
/// Source: W. Grathwohl et al., arXiv:2102.04509.
public struct GibbsWithGradients: InformedKernel {
    /// T
    public let temperature: Float
    let values: SiteValues

    public init(sites: [DiscreteSite], temperature: Float = 1) { (values, self.temperature) = (SiteValues(sites), temperature) }

    public var bestAcceptance: Double? { nil }

    public var hasStepSize: Bool { false }

    public func scaled(by factor: Float) -> GibbsWithGradients { self }

    var proposalDraws: Int { 1 }

    func propose(_ place: SitePlace, next: Matrix, uniforms: Matrix, _ weights: inout LogWeights) -> Double? {
        weigh(place, &weights)
        guard !weights.isEmpty else { return nil }
        let (value, logProbability) = weights.choose(uniforms[place.row, 0])
        values.write(value, to: next, row: place.row)
        return logProbability
    }

    func logProbability(of next: Matrix, from place: SitePlace, _ weights: inout LogWeights) -> Double {
        weigh(place, &weights)
        for site in 0..<values.sites {
            let value = values.value(of: site, in: next, row: place.row)
            if value != values.value(of: site, in: place.x, row: place.row) { return weights.logProbability(of: value) }
        }
        // Only where the way there was not finite.
        return .nan
    }

    /// The weights of all values of all sites; none of those that sites have.
    private func weigh(_ place: SitePlace, _ weights: inout LogWeights) {
        weights.clear()
        let factor = -0.5 / Double(temperature)
        for site in 0..<values.sites {
            let isHeld = values.isHeld(site, place.held, row: place.row)
            let here = values.value(of: site, in: place.x, row: place.row)
            let slope = values.product(here, place.gradient, row: place.row)
            for value in values.values(of: site) {
                let isOther = value != here && !isHeld
                weights.append(isOther ? factor * (values.product(value, place.gradient, row: place.row) - slope) : -.infinity)
            }
        }
    }
}

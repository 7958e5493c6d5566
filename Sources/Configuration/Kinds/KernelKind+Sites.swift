import Sampling

/// The kernels of sites: parts of a state that have finitely many values.
extension KernelKind {
    static let ofSites = [gibbs, gibbsWithGradients, discreteLangevin]

    public static let gibbs = KernelKind("gibbs", movesSites: true, common) { Gibbs(sites: $0.sites, temperature: $0.temperature) }

    public static let gibbsWithGradients = KernelKind("gibbsWithGradients", movesSites: true, common) {
        GibbsWithGradients(sites: $0.sites, temperature: $0.temperature)
    }

    public static let discreteLangevin = KernelKind("discreteLangevin", movesSites: true, common + ["sampler.siteStepSize"]) {
        DiscreteLangevin(
            sites: $0.sites, stepSize: $0.sampler.siteStepSize.map { Float($0) } ?? $0.stepSize, temperature: $0.temperature)
    }

    /// The step size, and what adapts it, is that of numbers beside sites, and of `discreteLangevin`.
    private static let common = ["precision", "stepSize", "temperature", "sites", "adaptSteps", "targetAcceptance"].map {
        KeyUse("sampler.\($0)", when: .always)
    }
}

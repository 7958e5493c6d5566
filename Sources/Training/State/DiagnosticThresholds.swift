/// Where good ends, with the sources in `Documentation/Diagnostics.md`.
enum DiagnosticThresholds {
    /// R-hat up to which chains agree (A. Vehtari et al., arXiv:1903.08008).
    static let goodRHat = 1.01
    /// R-hat from which they do not.
    static let badRHat = 1.05
    /// Effective sample size below which the diagnostics themselves are uncertain (the same source).
    static let effectiveSize = 400.0
    /// Acceptance rates between which a sampler with an accept step works well: .574 is best for MALA, .65 to .9 for HMC (G. Roberts, J. Rosenthal,
    /// doi:10.1111/1467-9868.00123; A. Beskos et al., arXiv:1001.4460).
    static let acceptance = 0.3...0.95
    /// a|∇E| / (σ √d) of a chain near equilibrium is near 1 or below.
    static let driftToNoise = 0.02...10.0
    /// The share of values on the wall of the box.
    static let saturation = 0.5
    /// |mean gap| over the standard deviation of the energies of the negatives.
    static let gapToSpread = 1.0
    /// The same where a flow has its part in the energy: a good run of the digits ends at 2 (`Documentation/EnergyMatching.md`).
    static let flowGapToSpread = 3.0
    /// Times the deviation of the data, or of the noise that they start from, that chains may lie away from the middle of the data.
    static let departure = 3.0
    /// Deviations of the data that the noise must be away from them, so that samples can be told to be worse than it.
    static let distinctNoise = 0.1
    /// Deviation of the data over that of the noise that chains start from, and deviations between their means.
    static let dataToNoise = 0.1...3.0
    static let noiseDistance = 3.0
    /// The share of values outside the sampler's box.
    static let outside = 0.01
    /// Values of floats that are large, and a deviation that is small, for networks made for values of about 1.
    static let largeValue = 10.0
    static let smallDeviation = 0.02
    /// The greatest byte that is far below 255, and the range of values that is too narrow then.
    static let darkByte = 63
    static let darkWidth = 0.5
    /// Steps without a change of sign that say something.
    static let gapSteps = 20
    /// Standard deviations of the energy, and standard errors, that energies may drift in a window.
    static let drift = 0.1
    static let driftErrors = 4.0
    /// Standard deviations that the mean energy of held-out rows may lie above that of training rows: an outlier score that tells them apart has an
    /// AUROC of .64 there.
    static let memorizing = 0.5
    /// The deviation of samples from their mean over that of the data.
    static let collapsed = 0.3
}

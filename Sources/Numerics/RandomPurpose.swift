/// What random numbers are used for: one case for each use in the program, so that no two uses share a stream.
///
/// The raw value is part of every number: a case is never renumbered, and the number of a removed case (21, 50, 51, 74, 75, 99) is not given out again.
public enum RandomPurpose: UInt8, Sendable, CaseIterable {
    // Parameters
    /// Initial weights and biases of the energy.
    case initialisation = 1
    /// Start vectors of the power iteration of spectral normalisation.
    case spectralVector = 2
    /// Initial weights of generators, encoders and other auxiliary networks.
    case auxiliaryInitialisation = 3
    /// Initial weights of classifiers, whose features samples are compared by.
    case classifierInitialisation = 4

    // Data
    /// The order in which rows of a data set are visited.
    case dataOrder = 16
    /// Gaussian noise added to data rows.
    case dataNoise = 17
    /// Uniform noise that makes discrete pixel values continuous.
    case dequantisation = 18
    /// Flips and shifts of images.
    case augmentation = 19
    /// Samples of the built-in densities.
    case densitySample = 20
    /// The rows that are held out of training.
    case heldOutRows = 21
    /// Where an epoch of rows with weights begins.
    case rowWeight = 22

    // Chains and the replay buffer
    /// The states from which chains start.
    case chainStart = 32
    /// Whether a chain is restarted at this step.
    case chainRestart = 33
    /// The states that restarted chains take.
    case restartState = 34
    /// Which entries of the buffer continue at this step.
    case bufferSelection = 35
    /// Which entries of the buffer are replaced.
    case bufferReplacement = 36
    /// Which entries are exchanged between shards.
    case exchangeSelection = 37
    /// With which shard entries are exchanged.
    case exchangePartner = 38
    /// Where inside its level a value of an 8-bit buffer lies when it is read.
    case bufferDither = 39
    /// The centre around which a shard's chains start.
    case startCentre = 40
    /// Which columns of a table's row are gaps where a chain starts.
    case startPattern = 41

    // Transitions
    /// The noise and momenta of sampler steps.
    case langevin = 48
    /// Acceptance of proposals (Metropolis-adjusted Langevin, Hamiltonian Monte Carlo), and randomised lengths of trajectories.
    case acceptance = 49
    /// Swaps between temperatures.
    case temperatureSwap = 52

    // Objectives
    /// Perturbations of data by energy discrepancy and similar objectives.
    case perturbation = 64
    /// Contrastive samples around a perturbed row.
    case contrastiveSample = 65
    /// Noise of diffusion contrastive divergence and of noise ladders.
    case diffusionNoise = 66
    /// Noise levels or times drawn for rows.
    case noiseLevel = 67
    /// Noise of denoising score matching.
    case scoreNoise = 68
    /// Directions of sliced score matching and of trace estimators.
    case projection = 69
    /// Samples of the noise distribution of noise-contrastive estimation.
    case noiseContrast = 70
    /// Latent vectors of generators and latent priors.
    case latentStart = 71
    /// Langevin noise in latent space.
    case latentLangevin = 72
    /// Latent vectors that encoders draw by reparametrisation.
    case latentPosterior = 73
    /// Where recovery's chains start about what a network proposes.
    case startProposal = 74
    /// Places of hidden squares in images.
    case mask = 76
    /// Noise that a flow carries to data.
    case flowStart = 77
    /// What becomes of the sites of rows that are perturbed, and of those of contrastive samples around them.
    case sitePerturbation = 78
    case siteContrast = 79
    /// What stands in the gaps of rows while they are perturbed.
    case gapFiller = 80
    /// Sites and angles of the noise of noise-contrastive estimation.
    case siteNoise = 81

    // Commands
    /// Initial states of the `sample` command.
    case samplingStart = 96
    /// Langevin noise of the `sample` command.
    case sampling = 97
    /// Random choices of `evaluate` and of diagnostics.
    case evaluation = 98
    /// Acceptance and trajectory lengths of the `sample` command.
    case samplingDecision = 100
    /// Noise of chains in windows of diagnostics.
    case diagnosticMotion = 101
    /// Acceptance and trajectory lengths in windows of diagnostics.
    case diagnosticDecision = 102
    /// Fixed directions that states are projected on.
    case diagnosticDirection = 103
    /// Latent vectors that posterior chains of commands start from.
    case inferenceStart = 104
    /// Noise of posterior chains of commands.
    case inferenceMotion = 105
    /// Rows of bootstrap resamples.
    case bootstrap = 106
    /// States that paths between a simple density and the model's start from.
    case annealingStart = 107
    /// Momenta of moves along such paths.
    case annealingMotion = 108
    /// Acceptance and trajectory lengths of these moves.
    case annealingDecision = 109
    /// Halves of rows, initial weights and order of a classifier that tells two sets of rows apart.
    case twoSampleClassifier = 110
    /// Where chains of commands start about what a network proposes, at each level of a ladder.
    case samplingProposal = 111
    /// Whether a row's class is left out.
    case conditionDropout = 115

    /// Numbers in tests and in the self-test.
    case test = 255
}

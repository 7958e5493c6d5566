import Distributed
import Formats

extension ConfigurationKey {
    /// All keys in the order in which they are printed: the one place for meaning, allowed values and what a continued run may change.
    public static let all: [ConfigurationKey] =
        run + data + model + sampler + chains + exchange + objective + optimizer + networks + keeping

    private static let count = 1...1_000_000_000
    private static let interval = 0...1_000_000_000
    private static let widths = 1...1_000_000

    private static let run: [ConfigurationKey] = [
        .init("run.name", .name, continuation: .free, "name of the run; without --out its folder is runs/NAME"),
        .init("run.steps", .integer(count), continuation: .growing, "training steps; a finished run continues when this is raised"),
        .init("run.seed", .integer(0...Int.max), "all random numbers are a function of this seed and their place in the run"),
        .init(
            "run.shards", .integer(1...ShardLayout.maximumShards),
            "parts of the run that the ranks share; the result depends on it, not on the ranks; at least one a rank"),
        .init(
            "run.chainsPerShard", .integer(1...65536), "chains and data rows of a shard in every step; the batch is shards x chainsPerShard"
        ),
        .init("run.threads", .integer(0...1024), continuation: .free, "threads of a rank; 0: the cores of the node divided by its ranks"),
        .init(
            "run.maxHours", .number(.positive), optional: true, continuation: .free,
            "save and end with the requeue code after so many hours"),
        .init(
            "run.reduction", .choice(words(RunConfiguration.Run.Reduction.self)),
            "sum of gradients over shards: exact (the same bits on any ranks) or float (for comparison)"),
    ]

    private static let data: [ConfigurationKey] = [
        .init(
            "data.source", .text, continuation: .place,
            "digits, 25gaussians, 8gaussians, rings, moons, pinwheel, swissroll, 2spirals, checkerboard, or the path of a file or folder"),
        .init("data.low", .number(.any), "whole-number data: the lowest level becomes this"),
        .init("data.high", .number(.any), "whole-number data: the highest level becomes this"),
        .init(
            "data.dequantise", .flag, optional: true,
            "add uniform noise of one level to whole-number values, new at every step; null: where the data are whole numbers"),
        .init("data.noise", .number(.notNegative), "standard deviation of the Gaussian noise added to every data row, new at every step"),
        .init("data.flip", .flag, "images: mirror left and right with probability 1/2"),
        .init("data.standardise", .flag, "float data: shift and scale every column to mean 0 and deviation 1"),
        .init("data.columns", .texts, "CSV: the columns that are read, by the names of the header, in this order; []: all"),
        .init(
            "data.labelColumn", .choice(words(RunConfiguration.Data.LabelColumn.self)),
            "CSV: which of the columns is a label and no part of a row"),
        // How a file is read may change: a run is bound to what was read.
        .init(
            "data.separator", .choice(words(CSVTable.Separator.self)), optional: true, continuation: .free,
            "CSV: what stands between the fields; null: found in the first two lines"),
        .init(
            "data.header", .flag, optional: true, continuation: .free,
            "CSV: whether the first line names the columns; null: when it holds no number, or counts 0, 1, 2, ..."),
        .init(
            "data.limit", .number(.positive), continuation: .free,
            "GiB of the data in memory, after decompression; larger files are refused"),
    ]

    private static let model: [ConfigurationKey] = [
        .init(
            "model.kind", .choice(words(RunConfiguration.Architecture.Kind.self)),
            "mlp: uses widths; convolution: uses channels, kernels, strides, paddings, dense; layers: uses layers"),
        .init("model.widths", .integers(widths), "mlp: outputs of each hidden layer; an activation follows each, then one output"),
        .init("model.channels", .integers(widths), "convolution: output channels of each convolution; an activation follows each"),
        .init("model.kernels", .integers(1...1000), "convolution: side of each kernel"),
        .init("model.strides", .integers(1...1000), "convolution: stride of each convolution"),
        .init("model.paddings", .integers(0...1000), "convolution: zeros around the input of each convolution; below the kernel"),
        .init(
            "model.dense", .integers(widths),
            "convolution: after the last one flatten, then these dense layers with activations, then one output"),
        .init(
            "model.layers", .layers,
            "layers: the whole network, in order, as {kind: \"dense\", outputs: 128} and so on; it ends in one output"),
        .init("model.activation", .choice(words(RunConfiguration.Architecture.Activation.self)), "mlp, convolution: the activation"),
        .init("model.slope", .number(.notNegative), "slope of leakyReLU below 0; alpha of elu"),
        .init("model.referenceDeviation", .number(.positive), optional: true, "adds |x|²/(2s²) to the energy, s this value; null: nothing"),
        .init("model.spectralNormalization", .flag, "divide each weight by its largest singular value (power iteration)"),
        .init(
            "model.initialScale", .number(.positive),
            "factor of the energy's random weights and biases: 1: uniform in +-1/sqrt(inputs); 2.45: weights of the variance 2/inputs"),
        .init(
            "model.initial", .text, optional: true,
            "a new run starts from the parameters of this model.safetensors (the average, where its run kept one), of the same network; null: random ones"
        ),
    ]

    private static let sampler: [ConfigurationKey] = [
        .init(
            "sampler.kind", .choice(words(RunConfiguration.Sampler.Kind.self)),
            "transition kernel; langevin: x <- x - a g + sigma xi, g the gradient of E; the others: Documentation/Samplers.md"),
        .init(
            "sampler.steps", .integer(0...1_000_000),
            "transitions of each chain in a training step; 0 with variational-teaching and autoencoder alone"),
        .init(
            "sampler.stepSize", .number(.positive),
            "a: how far a transition follows the gradient; hmc: size of a leapfrog step; underdamped: time of a step"),
        .init(
            "sampler.noise", .number(.notNegative), optional: true,
            "sigma; null: sqrt(2 a temperature), the proper Langevin equation; no meaning with an accept step, hmc, underdamped"),
        .init(
            "sampler.temperature", .number(.positive),
            "temperature T of the target exp(-E/T); with sigma in the kernel it needs noise: null"),
        .init(
            "sampler.gradientClip", .number(.positive), optional: true,
            "langevin: each element of g is limited to +- this; null: no limit"),
        .init("sampler.noiseFirst", .flag, "langevin: add the noise before the gradient is taken"),
        .init(
            "sampler.low", .number(.any), optional: true,
            "x is kept at or above this: clamped, or proposals outside rejected; null: no bound"),
        .init(
            "sampler.high", .number(.any), optional: true,
            "x is kept at or below this: clamped, or proposals outside rejected; null: no bound"),
        .init("sampler.threshold", .number(.positive), "stanley: th of gamma = th / max(th, |g|)"),
        .init(
            "sampler.preset", .choice(words(RunConfiguration.Sampler.Preset.self)), optional: true,
            "stanley: paper (element, everyStep, sqrt, half) or code (channels, everyStep, linear, full); null: the four keys that follow"),
        .init(
            "sampler.granularity", .choice(words(RunConfiguration.Sampler.Granularity.self)),
            "stanley: |g| of each element, over the channels of a pixel, or over the sample"),
        .init(
            "sampler.recompute", .choice(words(RunConfiguration.Sampler.Recomputation.self)),
            "stanley: when gamma is computed: everyStep, or oncePerIteration: at the first transition of a training step"),
        .init(
            "sampler.noiseScaling", .choice(words(RunConfiguration.Sampler.NoiseScaling.self)),
            "stanley: the noise times sqrt(gamma) (sqrt), gamma (linear) or 1 (none)"),
        .init("sampler.halfDrift", .flag, "stanley: the drift is half of a gamma g"),
        .init("sampler.adjusted", .flag, "stanley: accept or reject, so that the chains have exactly exp(-E/T)"),
        .init("sampler.leapfrogSteps", .integer(1...100_000), "hmc: leapfrog steps of a transition"),
        .init("sampler.leapfrogJitter", .flag, "hmc: draw the leapfrog steps of a transition from 1 to leapfrogSteps"),
        .init("sampler.friction", .number(.positive), "underdamped: friction"),
        .init("sampler.iterations", .integer(1...1000), "proximal: fixed-point iterations of a transition"),
        .init(
            "sampler.hotTemperature", .number(NumberRange(lower: 1)),
            "annealed: factor of the first transition's temperature and step size; it falls geometrically to 1"),
        .init(
            "sampler.adaptSteps", .integer(interval),
            "kernels with an accept step: training steps in which the step size is adapted to targetAcceptance; 0: never"),
        .init(
            "sampler.targetAcceptance", .number(NumberRange(lower: 0, upper: 1, lowerIsOpen: true, upperIsOpen: true)), optional: true,
            "the acceptance that adaptSteps aim at; null: .574, hmc .651"),
    ]

    private static let chains: [ConfigurationKey] = [
        .init(
            "chains.start", .choice(words(RunConfiguration.Chains.Start.self)),
            "where chains start in a step: persistent (pcd), data (cd) or noise (short-run); follows objective.kind"),
        .init(
            "chains.buffer", .integer(count), optional: true,
            "persistent: chains that are kept, a multiple of run.shards; null: 16 x shards x chainsPerShard"),
        .init(
            "chains.storage", .choice(words(RunConfiguration.Chains.Storage.self)),
            "persistent: how they are kept; byte: 8 bits a value between sampler.low and high"),
        .init(
            "chains.replacement", .choice(words(RunConfiguration.Chains.Replacement.self)),
            "persistent: a sampled chain goes back to its place (inPlace) or to a random place (reservoir)"),
        .init("chains.restartProbability", .number(.probability), "persistent: probability that a chain starts anew in a step"),
        .init(
            "chains.restartFrom", .choice(words(RunConfiguration.Chains.Origin.self)), "persistent: what a first or new start is drawn from"
        ),
        .init(
            "chains.noise", .choice(words(RunConfiguration.Chains.Noise.self)),
            "the noise that chains start from: uses noiseLow, noiseHigh or noiseDeviation"),
        .init("chains.noiseLow", .number(.any), "uniform noise: lower end"),
        .init("chains.noiseHigh", .number(.any), "uniform noise: upper end"),
        .init("chains.noiseDeviation", .number(.positive), "Gaussian noise: standard deviation"),
        .init(
            "chains.noiseSpread", .number(.notNegative),
            "noise: standard deviation of a centre of each shard that its noise is moved to, so that shards start apart; 0: none"),
    ]

    private static let exchange: [ConfigurationKey] = [
        .init(
            "exchange.policy", .choice(words(RunConfiguration.Exchange.Policy.self)),
            "persistent chains: samples that shards exchange: none, with the next shard (ring), with a random one (pairs) or with all (shuffle)"
        ),
        .init("exchange.fraction", .number(.share), "the share of each shard's buffer that is exchanged at a time; at least one sample"),
        .init("exchange.every", .integer(interval), "steps between two exchanges, of samples or of temperatures; 0: never"),
        .init(
            "exchange.temperatures", .numbers(NumberRange(lower: 1)),
            "replica exchange: 1 and rising temperatures, as many as divide run.shards; []: all chains at one temperature"),
    ]

    private static let objective: [ConfigurationKey] = [
        .init(
            "objective.kind",
            .choice(
                words(RunConfiguration.Objective.Kind.self)),
            "maximum likelihood with chains from data (cd), persistent chains (pcd) or noise (short-run), or another objective"),
        .init("objective.energyRegularization", .number(.notNegative), "alpha of alpha (mean E(x+)² + mean E(x-)²), added to the loss"),
        .init(
            "objective.lastStep", .number(.notNegative),
            "cd, pcd, short-run: weight of the samples' energy, differentiated through the last Langevin step (improved CD)"),
        .init(
            "objective.entropy", .number(.notNegative),
            "cd, pcd, short-run: weight of the log distance to the nearest chain, differentiated through the last Langevin step (improved CD)"
        ),
        .init(
            "objective.noise", .number(.positive),
            "energy-discrepancy, diffusion-cd, denoising-score, latent-prior: standard deviation of the noise that data, or latent vectors, are perturbed by"
        ),
        .init(
            "objective.samples", .integer(1...10_000),
            "energy-discrepancy, importance, latent-prior: M, contrastive samples of each data row"),
        .init(
            "objective.stabilisation", .number(.notNegative), "energy-discrepancy, importance, latent-prior: w; 1 is consistent for every M"
        ),
        .init(
            "objective.estimator", .choice(words(RunConfiguration.Objective.Estimator.self)),
            "diffusion-cd: importance samples, oneStep of the Fokker-Planck equation, or recovery by Langevin steps"),
        .init(
            "objective.diffusion", .choice(words(RunConfiguration.Objective.Diffusion.self)),
            "oneStep: add noise (varianceExploding), or shrink and add noise (variancePreserving)"),
        .init(
            "objective.trace", .choice(words(RunConfiguration.Objective.Trace.self)),
            "oneStep: the Laplacian by second derivatives along random signs (hutchinson) or from energies alone (stein)"),
        .init(
            "objective.bracket", .choice(words(RunConfiguration.Objective.Bracket.self)),
            "oneStep: where the diffusion of the energy is taken; noised learns the noised density"),
        .init("objective.projections", .integer(1...10_000), "sliced-score: random directions of each data row"),
        .init(
            "objective.flow", .choice(words(RunConfiguration.Objective.Flow.self)),
            "wasserstein-flow: penalty on the change of the gradient (proximal) or on the gradient (explicit) at the negatives"),
        .init("objective.penalty", .number(.notNegative), "wasserstein-flow: lambda of the penalty; 0 is contrastive divergence"),
        .init("objective.innerSteps", .integer(1...1000), "wasserstein-flow, proximal: updates with the same data and negatives"),
        .init(
            "objective.levels", .integer(1...1000),
            "diffusion-cd, denoising-score: noise levels of an energy that is told the level; 1: one energy"),
        .init(
            "objective.lowNoise", .number(.positive), "levels above 1: the lowest noise of the data; the levels rise geometrically to noise"
        ),
        .init(
            "objective.dataDeviation", .number(.positive),
            "levels above 1: the standard deviation of the data, by which and by the noise the network is scaled: about 0.5 for images in -1 to 1"
        ),
        .init(
            "objective.keepChains", .flag,
            "recovery: chains stay in a replay buffer with their noised rows and go on in later steps (chains.buffer, chains.restartProbability)"
        ),
        .init(
            "objective.divergenceWeight", .number(.notNegative),
            "variational-teaching, autoencoder: w of |g(z) - x|² + w KL(q(z|x) || N(0, I)); twice the variance of the decoder"),
        .init(
            "objective.prior", .choice(words(RunConfiguration.Objective.Prior.self)),
            "latent-prior: how the prior learns: energy discrepancy, or short chains of the sampler from N(0, I)"),
        .init("objective.decoderDeviation", .number(.positive), "latent-prior: sigma of x = g(z) + N(0, sigma²)"),
    ]

    private static let optimizer: [ConfigurationKey] = [
        .init("optimizer.kind", .choice(words(RunConfiguration.Optimizer.Kind.self)), "sgd, adam, or adamw (decoupled weight decay)"),
        .init("optimizer.learningRate", .number(.notNegative), "step size of the parameters after the warm-up"),
        .init("optimizer.beta1", .number(.fraction), "adam, adamw: decay of the first moment"),
        .init("optimizer.beta2", .number(.fraction), "adam, adamw: decay of the second moment"),
        .init("optimizer.epsilon", .number(.positive), "adam, adamw: added to the root of the second moment"),
        .init("optimizer.momentum", .number(.fraction), "sgd: momentum"),
        .init("optimizer.weightDecay", .number(.notNegative), "sgd, adam: added to the gradient times the parameter; adamw: decoupled"),
        .init(
            "optimizer.schedule", .choice(words(RunConfiguration.Optimizer.Schedule.self)),
            "learning rate over steps: constant, step or cosine"),
        .init("optimizer.warmupSteps", .integer(interval), "the learning rate rises linearly over so many first steps"),
        .init("optimizer.decayEvery", .integer(count), "step: steps between two decays"),
        .init("optimizer.decayFactor", .number(.share), "step: factor of a decay"),
        .init(
            "optimizer.decaySteps", .integer(count), optional: true,
            "cosine: the step at which finalLearningRate is reached; null: run.steps"),
        .init("optimizer.finalLearningRate", .number(.notNegative), "cosine: the learning rate at the end"),
        .init("optimizer.clipNorm", .number(.positive), optional: true, "the gradient is scaled down to this norm; null: no limit"),
        .init(
            "optimizer.clipSigma", .number(.positive), optional: true,
            "adam, adamw: each gradient element is limited to so many roots of its second moment; null: no limit"),
        .init("optimizer.average", .number(.fraction), optional: true, "decay of the moving average of the parameters; null: no average"),
    ]

    private static let networks: [ConfigurationKey] = [
        .init("generator.latent", .integer(widths), "variational-teaching, autoencoder, latent-prior: values of a latent vector"),
        .init(
            "generator.widths", .integers(widths),
            "variational-teaching, autoencoder, latent-prior: outputs of each hidden layer from latent vector to data; model.activation follows each"
        ),
        .init(
            "generator.layers", .layers,
            "variational-teaching, autoencoder, latent-prior: the generator in place of widths, in order, from latent values to the values of a row; []: by widths"
        ),
        .init(
            "generator.output", .choice(words(RunConfiguration.Generator.Output.self)),
            "variational-teaching, autoencoder, latent-prior: tanh after the last layer of widths, for data from -1 to 1"),
        .init(
            "generator.learningRate", .number(.notNegative), optional: true,
            "variational-teaching, autoencoder, latent-prior: in place of optimizer.learningRate, with the same schedule; null: the same"),
        .init(
            "encoder.widths", .integers(widths),
            "variational-teaching, autoencoder: outputs of each hidden layer from data to latent means and log variances; model.activation follows each"
        ),
        .init(
            "encoder.layers", .layers,
            "variational-teaching, autoencoder: the encoder in place of widths, in order, to two values for each latent one; []: by widths"),
        .init(
            "encoder.learningRate", .number(.notNegative), optional: true,
            "variational-teaching, autoencoder: in place of optimizer.learningRate, with the same schedule; null: the same"),
        .init(
            "posterior.steps", .integer(1...1_000_000), "latent-prior: Langevin steps of the latent vector of each data row in a step"),
        .init(
            "posterior.stepSize", .number(.positive),
            "latent-prior: s of z <- z - s²/2 g + s xi, g the gradient of |x - g(z)|²/2 sigma² + U(z)"),
        .init(
            "posterior.keepChains", .flag,
            "latent-prior: the chain of each data row goes on where it ended an epoch ago, and every row belongs to one shard; false: all start from N(0, I)"
        ),
        .init(
            "condition.kind", .choice(words(RunConfiguration.Condition.Kind.self)),
            "variational-teaching, autoencoder: what all networks are told about a row: nothing, its class (label), its visible part (mask), or the row of condition.source with its number (image)"
        ),
        .init("condition.channels", .integer(1...1000), "label: trained values of each class for every pixel, or for a latent vector"),
        .init(
            "condition.mask", .choice(words(RunConfiguration.Condition.Mask.self)),
            "mask: what is hidden: the lower half, or a square of half the height and width in the centre or anywhere (random)"),
        .init(
            "condition.source", .text, optional: true, continuation: .place,
            "image: images (or vectors) of the data's height and width, one for each row of data.source, by a path or a name as data.source"
        ),
    ]

    private static let keeping: [ConfigurationKey] = [
        .init(
            "guard.policy", .choice(words(RunConfiguration.Guard.Policy.self)),
            "when a step diverges: stop the run, skip the step, or rollback to an earlier one (rollbackEvery) with half the learning rate"),
        .init(
            "guard.maximumGap", .number(.positive), optional: true,
            "an energy gap |mean E(x+) - mean E(x-)| above this is divergence; null: no limit"),
        .init(
            "guard.rollbackEvery", .integer(count), bindsAtDefault: false,
            "rollback: steps between two points that it goes back to, each saved besides the checkpoints"),
        .init(
            "guard.replicaCheckEvery", .integer(interval), continuation: .free,
            "steps between two comparisons of the parameters of all ranks; 0: only when they are saved"),
        .init("checkpoint.every", .integer(interval), continuation: .free, "steps between two checkpoints; 0: only at the end"),
        .init("checkpoint.keep", .integer(2...1_000_000), continuation: .free, "the newest checkpoints that are kept"),
        .init("report.every", .integer(count), continuation: .free, "steps between two lines of metrics.jsonl"),
        .init("samples.every", .integer(interval), continuation: .free, "steps between two pictures of chains; 0: only at the end"),
        .init("samples.count", .integer(1...65536), continuation: .free, "chains in a picture"),
        .init("samples.columns", .integer(1...65536), continuation: .free, "images in a row of a picture"),
        .init("samples.scale", .integer(1...64), continuation: .free, "side of an image's pixel in a picture"),
        .init("evaluate.every", .integer(interval), continuation: .free, "steps between two lines of evaluation.jsonl; 0: never"),
        .init("evaluate.count", .integer(2...65536), continuation: .free, "chains that are measured, over all shards"),
        .init(
            "diagnostics.every", .integer(interval), continuation: .free,
            "steps between two windows of chain diagnostics in metrics.jsonl; 0: never"),
        .init("diagnostics.draws", .integer(4...100_000), continuation: .free, "draws of a window"),
        .init(
            "diagnostics.thin", .integer(count), optional: true, continuation: .free,
            "sampler steps between two draws; null: sampler.steps"),
        .init(
            "diagnostics.chains", .integer(1...65536), optional: true, continuation: .free,
            "chains of each shard in a window, at most run.chainsPerShard; null: 4, or as many as there are"),
    ]

    private static func words<Word: CaseIterable & RawRepresentable>(_: Word.Type) -> [String] where Word.RawValue == String {
        Word.allCases.map(\.rawValue)
    }
}

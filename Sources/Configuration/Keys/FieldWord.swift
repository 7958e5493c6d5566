/// Words of other programs and papers for what a key of the configuration sets, or for what is set elsewhere.
package struct FieldWord: Sendable {
    /// Lower case, without points, `_` and `-`.
    package let words: [String]
    /// The key's path; nil where the thing is no key.
    package let key: String?
    /// What has to be known of the key, or where the thing is to be had.
    package let remark: String?

    private init(_ key: String?, _ words: String, _ remark: String? = nil) {
        self.words = words.split(separator: " ").map(String.init)
        self.key = key
        self.remark = remark
    }

    var suggestion: ConfigurationKey.Suggestion {
        key.map { .keys([$0], remark: remark) } ?? .other(remark ?? "there is no such key")
    }

    /// The row of a word.
    static func named(_ word: String) -> FieldWord? { byWord[word] }

    private static let byWord = Dictionary(all.flatMap { row in row.words.map { ($0, row) } }) { first, _ in first }

    /// The group that a word in front of the point means.
    static func group(for word: String) -> String { groups[word] ?? word }

    private static let groups = [
        "train": "run", "training": "run", "trainer": "run", "optim": "optimizer", "optimiser": "optimizer", "opt": "optimizer",
        "dataset": "data", "net": "model", "network": "model", "mcmc": "sampler", "langevin": "sampler",
        "sgld": "sampler",
        "sampling": "sampler", "buffer": "chains", "replay": "chains", "replaybuffer": "chains", "loss": "objective", "method": "objective",
        "eval": "evaluate", "evaluation": "evaluate", "log": "report", "logging": "report", "decoder": "generator",
        "initializer": "proposal",
    ]

    package static let all: [FieldWord] = [
        FieldWord("optimizer.learningRate", "lr learningrate learnrate rate eta baselr initiallr"),
        FieldWord("run.steps", "epoch epochs nepochs numepochs maxepochs", "an epoch is rows / (run.shards x run.chainsPerShard) steps"),
        FieldWord(
            "run.steps",
            "nsteps numsteps maxsteps totalsteps trainsteps trainingsteps iterations iters niter niters numiters maxiter maxiters updates"),
        FieldWord(
            "run.chainsPerShard", "batch batchsize bs minibatch minibatchsize nchains numchains particles nparticles",
            "the batch is run.shards x run.chainsPerShard"),
        FieldWord("run.seed", "randomseed rngseed manualseed"),
        FieldWord("run.threads", "nthreads numthreads workers numworkers cores cpus njobs"),
        FieldWord("run.name", "runname experiment expname experimentname project"),
        FieldWord("run.sum", "zero zero1 zeroredundancy fsdp shardingstrategy shardedoptimizer"),
        FieldWord("run.maxHours", "maxtime timelimit walltime hours timeout"),
        FieldWord(nil, "ranks nranks processes nprocs nodes worldsize", "the number of ranks is mpirun's: mpirun -n RANKS ebm-dist ..."),
        FieldWord(nil, "output outputdir out outdir folder dir savedir logdir rundir workdir", "the run folder is an option: --out DIR"),
        FieldWord(nil, "resume continue", "a run continues where it stopped when the same command is given again"),
        FieldWord(
            "data.validation", "validation val valid validationdata holdout valsplit validationsplit validationfraction testsize",
            "a share of the data, or the path of a file"),
        FieldWord(
            nil, "test testset testdata",
            "training needs no such data; ebm-dist evaluate --run DIR --data PATH compares with them afterwards"),
        FieldWord("run.patience", "earlystopping earlystop"),
        FieldWord("checkpoint.keepBest", "savebest savebestonly monitor bestmodel", "it names a measure of which less is better"),
        FieldWord("report.tensorboard", "tb usetensorboard tensorboarddir summarywriter"),
        FieldWord(nil, "device gpu gpus cuda", "the program works on CPUs, on as many as mpirun -n RANKS and run.threads say"),
        FieldWord("data.source", "data dataset datasets datapath datafile datadir trainset traindata input inputs file filename path"),
        FieldWord("data.standardize", "normalize normalise zscore scaler scale whiten"),
        FieldWord("data.columns", "cols features usecols columnnames"),
        FieldWord("data.labelColumn", "labelcol target targets label labels ycolumn"),
        FieldWord("data.flip", "augment augmentation hflip mirror"),
        FieldWord(
            "model.widths", "widths hidden hiddensize hiddensizes hiddendim hiddendims hiddenlayers units width layersizes neurons nhidden"),
        FieldWord("model.activation", "nonlinearity act"),
        FieldWord("model.initial", "pretrained weights initfrom loadfrom"),
        FieldWord("model.initialScale", "initscale initialization initstd"),
        FieldWord("sampler.steps", "mcmcsteps nmcmc langevinsteps ldsteps sgldsteps samplingsteps gibbssteps cdk ncd k"),
        FieldWord("sampler.stepSize", "mcmcstepsize langevinstepsize ldstepsize sgldstepsize sgldlr"),
        FieldWord("sampler.noise", "sigma noisestd noisescale langevinnoise ldnoise sgldstd sgldnoise mcmcnoise"),
        FieldWord("sampler.temperature", "temp"),
        FieldWord("chains.buffer", "buffersize replay replaybuffer replaysize buffercapacity poolsize capacity"),
        FieldWord("chains.restartProbability", "reinit reinitfreq reinitprob reinitprobability restartprob resetprob"),
        FieldWord("objective.kind", "loss method algorithm criterion"),
        FieldWord("objective.energyRegularization", "regularization reg energyreg l2energy"),
        FieldWord("optimizer.kind", "optim optimiser"),
        FieldWord("optimizer.weightDecay", "wd l2 decay"),
        FieldWord("optimizer.clipNorm", "clip gradclip clipgrad clipgradnorm maxgradnorm gradnorm maxnorm gradientclipping"),
        FieldWord("optimizer.average", "ema emadecay polyak swa"),
        FieldWord("optimizer.warmupSteps", "warmup nwarmup"),
        FieldWord("optimizer.schedule", "scheduler lrschedule lrscheduler lrdecay"),
        FieldWord("checkpoint.every", "saveevery saveinterval savefreq checkpointinterval checkpointfreq ckptevery"),
        FieldWord("report.every", "logevery loginterval logfreq printevery printfreq printinterval reportinterval"),
        FieldWord("evaluate.every", "evalevery evalinterval evalfreq valevery"),
        FieldWord("samples.every", "sampleevery sampleinterval plotevery"),
    ]
}

import Learning

extension RunConfiguration {
    /// The update rule of the `optimizer` group.
    package var updateRule: Learning.Optimizer.Rule {
        let (beta1, beta2, epsilon) = (Float(optimizer.beta1), Float(optimizer.beta2), Float(optimizer.epsilon))
        let decay = Float(optimizer.weightDecay)
        return switch optimizer.kind {
        case .sgd: .sgd(momentum: Float(optimizer.momentum), weightDecay: decay)
        case .adam: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay)
        case .adamw: .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay)
        }
    }

    /// The networks' places in the parameter vector, with their learning rates.
    package func parameterGroups(of networks: RunNetworks) -> [Learning.Optimizer.Group] {
        let others = RunNetworks.Part.allCases.filter { networks[$0] != nil }.map { part in
            Learning.Optimizer.Group(networks.range(of: part), rate: learningRate(of: part).map { Float($0 / optimizer.learningRate) } ?? 1)
        }
        return [Learning.Optimizer.Group(networks.energyRange)] + others
    }

    /// The learning rate of a network beside the energy; nil: that of the optimizer group.
    func learningRate(of part: RunNetworks.Part) -> Double? {
        switch part {
        case .generator: generator.learningRate
        case .encoder: encoder.learningRate
        case .proposal: proposal.learningRate
        }
    }

    /// Nil where no average is kept.
    package var gradientClip: GradientClip {
        GradientClip(
            norm: optimizer.clipNorm.map { Float($0) }, sigma: optimizer.clipSigma.map { Float($0) }, margin: Float(optimizer.clipMargin))
    }

    package var learningRateSchedule: LearningRateSchedule {
        let shape: LearningRateSchedule.Shape =
            switch optimizer.schedule {
            case .constant: .constant
            case .step: .step(every: optimizer.decayEvery, factor: Float(optimizer.decayFactor))
            case .cosine: .cosine(final: Float(optimizer.finalLearningRate), steps: optimizer.decaySteps ?? laterPhase?.step ?? run.steps)
            }
        return LearningRateSchedule(
            base: Float(optimizer.learningRate), shape: shape, warmup: optimizer.warmupSteps,
            later: laterPhase.flatMap { phase in phase.learningRate.map { .init(step: phase.step, rate: Float($0)) } })
    }

    /// How much of the moving average of the parameters the update of a step leaves; nil: no average.
    package func averageDecay(at step: Int) -> ParameterAverage.Decay? {
        guard let decay = optimizer.average else { return nil }
        let own = laterPhase.flatMap { step >= $0.step ? $0.average : nil }
        return ParameterAverage.Decay(Float(own ?? decay), warmup: optimizer.averageWarmup)
    }

    private var laterPhase: LaterPhase? { objective.kind.laterPhase(objective) }
}

extension RunConfiguration {
    /// The update rule of the `optimizer` group.
    var updateRule: Training.Optimizer.Rule {
        let (beta1, beta2, epsilon) = (Float(optimizer.beta1), Float(optimizer.beta2), Float(optimizer.epsilon))
        return switch optimizer.kind {
        case .sgd: .sgd(momentum: Float(optimizer.momentum))
        case .adam: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
        case .adamw: .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: Float(optimizer.weightDecay))
        }
    }

    var gradientClip: GradientClip {
        GradientClip(norm: optimizer.clipNorm.map { Float($0) }, sigma: optimizer.clipSigma.map { Float($0) })
    }

    var learningRateSchedule: LearningRateSchedule {
        let shape: LearningRateSchedule.Shape =
            switch optimizer.schedule {
            case .constant: .constant
            case .step: .step(every: optimizer.decayEvery, factor: Float(optimizer.decayFactor))
            case .cosine: .cosine(final: Float(optimizer.finalLearningRate), steps: optimizer.decaySteps ?? run.steps)
            }
        return LearningRateSchedule(base: Float(optimizer.learningRate), shape: shape, warmup: optimizer.warmupSteps)
    }
}

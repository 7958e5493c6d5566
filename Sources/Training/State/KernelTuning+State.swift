import Sampling

extension KernelTuning {
    /// - Parameter isFinished: whether the warm-up is over.
    init(_ stepSize: StepSizeAdaptation?, _ metric: MetricAdaptation?, isFinished: Bool) {
        self.init(stepSizeFactor: stepSize?.factor(isFinished: isFinished) ?? 1, metric: metric?.metric)
    }
}

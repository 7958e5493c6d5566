import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Numerics
import Sampling

/// Completes report lines with what tells healthy training from sick: signs of the gap, spread, drift, coverage, diagnostics, warnings.
final class HealthReporter {
    private let plan: RunPlan
    private var told: Set<HealthWarning.Kind> = []
    private var news: [String] = []
    /// What held at the last report.
    private var latest: [HealthWarning] = []
    /// What the last evaluation found.
    private var comparison: NoiseComparison?

    init(_ plan: RunPlan) { self.plan = plan }

    /// What a window costs, in training steps.
    var stepsOfWindow: Double {
        let (configuration, options) = (plan.configuration, plan.configuration.diagnostics)
        let thin = options.thin ?? configuration.sampler.steps
        let passes = Double(plan.windowChains) * Double(options.draws) * Double(thin + 1)
        return passes / (Double(configuration.run.chainsPerShard) * max(1, plan.profile.evaluations))
    }

    /// Warnings that were not told yet; each is given once.
    func newWarnings() -> [String] {
        defer { news = [] }
        return news
    }

    /// Collective. Fills the fields of health of a line.
    /// - Parameter isDiagnosed: whether a window of diagnostics belongs to the line.
    func complete(
        _ report: inout StepReport, _ result: Trainer.StepResult, _ trainer: Trainer, isDiagnosed: Bool
    ) throws(Failure) {
        let profile = plan.profile
        if isDiagnosed && profile.hasChains { report.diagnostics = try diagnose(trainer) }
        let health = trainer.state.health
        if result.gap != nil {
            report.gapSignChanges = health.signChanges
            report.meanEnergyGap = health.meanGap
        }
        if profile.hasChains {
            report.driftToNoise = driftToNoise(report)
            report.bufferCoverage = try coverage(trainer)
        }
        var warnings: [HealthWarning] = []
        if profile.hasChains {
            warnings = HealthWarning.all(
                report, steps: health.steps, rHat: health.rHat,
                comparison: plan.configuration.evaluate.every > 0 ? health.comparison : nil,
                scale: plan.networks.isLatent ? nil : plan.scale, fallsWithSquare: plan.fallsWithSquare, plan.configuration,
                SamplerAdvice(plan.configuration, plan.settledKernel.tuned(by: trainer.tuning)))
        } else if profile.model.drawsAfresh, result.gap != nil {
            warnings = [HealthWarning.calibration(report, steps: health.steps)].compactMap { $0 }
        }
        latest = warnings
        report.warnings = warnings.map(\.text)
        if !warnings.isEmpty { report.warningKinds = warnings.map(\.kind.rawValue) }
        for warning in warnings where told.insert(warning.kind).inserted { news.append(warning.text) }
    }

    /// What an evaluation found, whether or not reports go on from it.
    func hear(_ comparison: NoiseComparison?) { self.comparison = comparison ?? self.comparison }

    /// What there is to say of the chains and samples when training ends: a sentence for each warning of the last report, and for samples that
    /// the last evaluation found to be worse than noise, unless their quality says so already.
    func closingSentences(besides quality: SampleQuality?) -> [String] {
        let others = latest.filter { $0.kind != .worseThanNoise }
        let isSaid = quality?.progress != nil
        return (others + [isSaid ? nil : plan.scale.flatMap { HealthWarning.worseThanNoise(comparison, $0) }].compactMap { $0 }).map(\.text)
    }

    /// Collective. A window of all shards' chains.
    private func diagnose(_ trainer: Trainer) throws(Failure) -> ChainDiagnostics.Digest {
        let window = try trainer.window()
        let density = PlaneDensity(named: plan.configuration.data.source)
        // One rank computes and all take its word, as the state keeps it: another type of CPU may have another logarithm.
        let digest = try trainer.communicator.fromRoot { ChainDiagnostics(window, density: density).digest }
        trainer.note(rHat: digest.rHat)
        return digest
    }

    /// a|∇E| / (σ √d): how far a step of the sampler is moved by the energy, compared with its noise.
    private func driftToNoise(_ report: StepReport) -> Double? {
        let kernel = plan.configuration.anyKernel
        guard !kernel.hasAcceptStep, let norm = report.chainGradientNorm else { return nil }
        return kernel.diffusion?.driftToNoise(slope: norm / Double(plan.source.shape.count).squareRoot())
    }

    /// Collective. The share of the replay buffer that chains have been run from.
    private func coverage(_ trainer: Trainer) throws(Failure) -> Double? {
        guard let capacity = plan.configuration.replayCapacity else { return nil }
        let mine = trainer.shards.map { shard in Double(shard.replay?.ages.count { $0 > 0 } ?? 0) }
        let visited = try trainer.communicator.gather(mine, perShard: 1, layout: plan.layout)
        return visited.reduce(0, +) / Double(capacity * plan.configuration.run.shards)
    }
}

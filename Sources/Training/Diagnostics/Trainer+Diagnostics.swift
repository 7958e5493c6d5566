import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Numerics
import Sampling
import Synchronization

extension Trainer {
    /// Collective. Runs a window of diagnostics from copies of every shard's chains, with the parameters and the sampler as they are: nothing of the
    /// training changes.
    /// - Returns: the window of all shards, on all ranks.
    /// - Throws: `.configuration` when a window needs more random numbers than a stream has.
    func window() throws(Failure) -> WindowValues {
        let (configuration, shape) = (plan.configuration, plan.source.shape)
        let options = configuration.diagnostics
        let chains = plan.windowChains
        let thin = options.thin ?? configuration.sampler.steps
        let kernel = configuration.settledKernel(for: shape, in: plan.space, steps: thin).tuned(by: tuning)
        let run = WindowRun(
            chains: ChainRun(
                kernel: kernel, steps: thin, start: .positions, numbers: WindowRun.numbers(seed: configuration.run.seed), space: plan.space),
            step: state.step, draws: options.draws,
            functionals: ChainFunctionals(
                dimension: shape.count, columns: plan.rowMetadata.rows.columns, seed: configuration.run.seed))
        try communicator.agree {
            let limit = kernel.stepLimit(values: chains * shape.count)
            guard run.thin <= limit else {
                throw Failure(.configuration, "diagnostics.thin: expected at most \(limit) with these chains, found \(run.thin)")
            }
        }
        return run.window(shards: configuration.run.shards, chainsPerShard: chains, try run.recordAll(self, chains: chains))
    }
}

extension WindowRun {
    /// Collective. The numbers of all shards, in shard order.
    fileprivate func recordAll(_ trainer: Trainer, chains: Int) throws(Failure) -> [Double] {
        let (choice, step, first) = (EvaluationChains(trainer.plan), trainer.state.step, trainer.shards.first?.index ?? 0)
        let progress = trainer.communicator.progress
        let parts = Mutex([[Double]](repeating: [], count: trainer.shards.count))
        trainer.forEachShard { shard, worker in
            let part = values(of: shard.index, from: choice.chosen(shard, chains, step: step), in: worker.engine.chainPotential) {
                progress.note("a window")
            }
            parts.withLock { $0[shard.index - first] = part }
            worker.times.stamp(.report)
        }
        trainer.chargeWorkers()
        let mine = parts.withLock { Array($0.joined()) }
        return try trainer.communicator.gather(mine, perShard: count(chains: chains), layout: trainer.plan.layout)
    }
}

import Distributed
import Failures
import Foundation
import Learning
import Model
import Training

/// What `TrainingBenchmark` found, seen by this rank.
public struct TrainingSpeed: Sendable {
    let benchmark: TrainingBenchmark
    let ranks: Int
    let seconds: Double
    let times: PhaseTimes
    /// What this rank had to send in the steps.
    let traffic: Traffic
    /// Peak resident memory of this rank, MiB.
    let memory: Double
    let work: Network.Work
    /// GFLOP/s of large products in this process.
    let productRate: Double

    init(
        _ benchmark: TrainingBenchmark, ranks: Int, seconds: Double, times: PhaseTimes, traffic: Traffic, memory: Double,
        work: Network.Work, productRate: Double
    ) {
        self.benchmark = benchmark
        self.ranks = ranks
        self.seconds = seconds
        self.times = times
        self.traffic = traffic
        self.memory = memory
        self.work = work
        self.productRate = productRate
    }

    public var trainStepsPerSecond: Double { Double(benchmark.steps) / seconds }

    public var chainStepsPerSecond: Double {
        Double(ranks * benchmark.chains * benchmark.langevinSteps) * trainStepsPerSecond
    }

    /// Of all ranks: the chain steps and the parameter gradients of as many data rows and negatives.
    public var gigaflops: Double {
        let chain = benchmark.langevinSteps * (work.forward + work.inputGradient)
        let rows = 2 * (work.forward + work.parameterGradient)
        return Double(ranks * benchmark.chains) * Double(chain + rows) * trainStepsPerSecond * 1e-9
    }

    /// One line, then where the time went.
    public var text: String {
        let share = 100 * gigaflops / (productRate * Double(ranks * benchmark.threads))
        let phases = Phase.allCases.filter { times[$0] > 0 }.map {
            "\($0.rawValue) \(NumberText.fixed(100 * times[$0] / seconds, 1, width: 0)) %"
        }
        return "ebm-dist \(benchmark.name.rawValue) world=\(ranks) threads=\(benchmark.threads) sampler=\(benchmark.precision.rawValue) "
            + "gradient=\(benchmark.gradientPrecision.rawValue) batch=\(benchmark.chains)/rank "
            + "K=\(benchmark.langevinSteps): \(NumberText.fixed(chainStepsPerSecond, 0, width: 0)) chain_steps_per_s  "
            + "\(NumberText.fixed(trainStepsPerSecond, 3, width: 0)) train_steps_per_s  "
            + "rss=\(NumberText.fixed(memory, 0, width: 0))MiB\n"
            + "\(NumberText.fixed(gigaflops, 1, width: 0)) GFLOP/s, \(NumberText.fixed(share, 0, width: 0)) % of "
            + "\(NumberText.fixed(productRate, 1, width: 0)) GFLOP/s a core, at which OpenBLAS multiplies large matrices\n"
            + phases.joined(separator: ", ") + (ranks > 1 ? "\n\(sent)" : "")
    }

    /// What a step sends.
    private var sent: String {
        func bytes(_ count: Int) -> String { NumberText.fixed(Double(count) / Double(benchmark.steps) / 1e6, 3, width: 0) }
        return "\(bytes(traffic.withinNode)) MB a step sent by a rank for the sum and the update on its machine, "
            + "\(bytes(traffic.betweenNodes)) MB to others"
    }
}

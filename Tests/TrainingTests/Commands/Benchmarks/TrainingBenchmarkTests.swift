import Commands
import Distributed
import Failures
import Testing
import Training

@Suite("Training benchmarks")
struct TrainingBenchmarkTests {
    @Test(arguments: BenchmarkCase.allCases)
    func `every case trains and says its rates and its memory in one line`(_ name: BenchmarkCase) throws {
        let chains = name == .conv32 ? 1 : 6
        let speed = try TrainingBenchmark(name, chains: chains, langevinSteps: 2, steps: 1, threads: chains == 1 ? 1 : 2).run(
            SoloCommunicator())
        let line = String(speed.text.prefix { $0 != "\n" })
        #expect(line.contains("\(name.rawValue) world=1"))
        #expect(try /batch=\d+\/rank K=2: \d+ chain_steps_per_s  \d+\.\d+ train_steps_per_s  rss=\d+MiB/.firstMatch(in: line) != nil)
        #expect(speed.gigaflops > 0 && speed.chainStepsPerSecond == Double(2 * chains) * speed.trainStepsPerSecond)
    }

    @Test func `more threads than chains are refused`() {
        #expect(throws: Failure(.usage, "bench mlp2d: every thread needs a chain: found --chains 2 for --threads 3")) {
            try TrainingBenchmark(.mlp2d, chains: 2, threads: 3).run(SoloCommunicator())
        }
    }
}

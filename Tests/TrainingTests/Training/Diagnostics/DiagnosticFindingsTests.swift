import Configuration
import Datasets
import Foundation
import Numerics
import Sampling
import Testing
import Training

/// What diagnostics say in sentences.
struct DiagnosticFindingsTests {
    /// Windows of the plane: `state(shard, chain, draw, noise)` gives x and y, `noise` standard normal numbers.
    private func diagnostics(
        accepted: Double? = nil, diverging: Double? = nil, draws: Int = 200, density: PlaneDensity? = nil,
        _ state: (_ shard: Int, _ chain: Int, _ draw: Int, _ noise: (Double, Double)) -> (x: Double, y: Double)
    ) -> ChainDiagnostics {
        var values: [Double] = []
        for shard in 0..<4 {
            for chain in 0..<4 {
                let random = RandomStream(seed: 6, purpose: .test, step: shard, index: chain)
                var last = (x: 0.0, y: 0.0)
                for draw in 0..<draws {
                    let place = draw / 16 * 64 + draw % 16
                    let noise = (Double(random.normal(at: place)), Double(random.normal(at: place + 32)))
                    let here = state(shard, chain, draw, noise)
                    let moved = ((here.x - last.x) * (here.x - last.x) + (here.y - last.y) * (here.y - last.y)).squareRoot()
                    values +=
                        [(here.x * here.x + here.y * here.y) / 2, here.x, here.y, draw == 0 ? 0 : moved, accepted ?? 1]
                        + [diverging].compactMap { $0 }
                    last = here
                }
            }
        }
        return ChainDiagnostics(
            WindowValues(
                shards: 4, chainsPerShard: 4, draws: draws, thin: 10, functionals: ChainFunctionals(dimension: 2, seed: 1),
                countsMoves: accepted != nil, countsDivergences: diverging != nil, values: values), density: density)
    }

    @Test func `what to try fits the kernel: nothing without a step size has another one`() throws {
        func sentences(_ diagnostics: ChainDiagnostics, _ kind: String) throws -> String {
            let configuration = try RunConfiguration.resolve(arguments: ["sampler.kind=\(kind)", "sampler.sites=[spin]"])
            let findings = DiagnosticFindings(diagnostics, SamplerAdvice(configuration, configuration.anyKernel), stepsOfTraining: 10)
            return findings.findings.map(\.sentence).joined(separator: "\n")
        }
        let apart = diagnostics { shard, chain, _, n in (Double(4 * shard + chain) + n.0, n.1) }
        let still = diagnostics { _, chain, _, n in chain == 0 ? (0, 0) : n }
        let broken = diagnostics { _, _, draw, n in draw == 7 ? (.nan, 0) : n }
        for kind in ["gibbs", "gibbsWithGradients"] {
            let all = try [apart, still, broken].map { try sentences($0, kind) }
            #expect(all.allSatisfy { !$0.contains("stepSize") && !$0.contains("hmc") && !$0.contains("sampler.low") }, "\(all)")
            #expect(all[0].contains("replica exchange") && all[1].contains("4 of 16 chains do not move at all. Try replica exchange"))
        }
        #expect(try sentences(still, "discreteLangevin").contains("a smaller sampler.stepSize where proposals are rejected."))
    }

    private func bad(_ diagnostics: ChainDiagnostics) -> [String] {
        DiagnosticFindings(diagnostics, .ofMALA, stepsOfTraining: 10).findings.map(\.sentence).filter { !$0.hasPrefix("good:") }
    }

    /// 3,200 independent draws: R-hat of 32 halves of 100 is below √(1 + 3.3/100) < 1.05 but for a chance of 1e-8; the lower bound of `look` at 1.01 may
    /// be passed, so only `bad` is excluded.
    @Test func `independent draws are good in every respect`() {
        let result = diagnostics(accepted: 0.6) { _, _, _, noise in (noise.0, noise.1) }
        let sentences = DiagnosticFindings(result, .ofMALA, stepsOfTraining: 10).findings.map(\.sentence)
        #expect(!sentences.contains { $0.hasPrefix("bad:") }, "\(sentences)")
        #expect(result.stillChains == 0 && result.brokenDraws == 0 && abs(result.energyDrift) < 5.5 * result.energyDriftError)
        #expect(abs((result.acceptance ?? 0) - 0.6) < 1e-9)
    }

    @Test func `chains that agree far from the data are bad, and nearer than noise good`() throws {
        let density = DataSource.density(PlaneDensity(.gaussians8))
        let configuration = try RunConfiguration.resolve(arguments: ["data.source=8gaussians", "chains.noiseLow=-1"])
        let scale = try FunctionalScale(density, configuration, ChainFunctionals(dimension: 2, seed: 1))
        func sentences(_ state: @escaping ((Double, Double)) -> (Double, Double)) -> [String] {
            let result = diagnostics { _, _, _, noise in state(noise) }
            return DiagnosticFindings(result, .ofMALA, stepsOfTraining: 10, scale: scale).findings.map(\.sentence)
        }
        // The data have deviations of 2, the noise of .58.
        #expect(sentences { (2 * $0.0, 2 * $0.1) }.contains { $0.hasPrefix("good: the chains lie nearer to the data than noise does") })
        let far = sentences { (40 + $0.0, $0.1) }
        #expect(far.contains { $0.hasPrefix("bad:  the chains have left the data: x1 lies at 40 +- 1, of the data at") }, "\(far)")
        #expect(sentences { ($0.0, 60 * $0.1) }.contains { $0.contains("have left the data: x2") })
        #expect(
            sentences { (0.1 * $0.0, 0.1 * $0.1) }.contains { $0.hasPrefix("bad:  the chains lie farther from the data than noise does") })
        #expect(!sentences { (.nan, $0.1) }.contains { $0.contains("the data") })
    }

    @Test func `longer steps are not advised where the drift is far above the noise`() {
        let apart = diagnostics { shard, chain, _, n in (Double(4 * shard + chain) + n.0, n.1) }
        func advice(_ drift: Double?) -> String {
            DiagnosticFindings(apart, .ofMALA, stepsOfTraining: 10, driftToNoise: drift).findings.map(\.sentence).joined(separator: "\n")
        }
        #expect(advice(nil).contains("a larger sampler.stepSize") && advice(1).contains("a larger sampler.stepSize"))
        #expect(!advice(80).contains("a larger sampler.stepSize"))
        #expect(advice(80).contains("bad:  in training the chains' drift was 80.0 times their noise"))
    }

    /// Whether training goes well is no matter of the words.
    @Test func `chains that mix badly ask for a look at the run, those that have left the data make it bad`() throws {
        func findings(_ scale: FunctionalScale? = nil, _ state: @escaping (Int, (Double, Double)) -> (Double, Double)) -> [Finding] {
            let result = diagnostics { _, chain, _, noise in state(chain, noise) }
            return DiagnosticFindings(result, .ofMALA, stepsOfTraining: 10, scale: scale).findings
        }
        let constant = findings { _, _ in (0, 0) }
        let mixing = try #require(constant.first { $0.text.contains("R-hat cannot be told") && $0.text.contains("not finite") })
        #expect(mixing.level == .bad && mixing.levelOfRun == .look)
        #expect(constant.first { $0.text.contains("do not move at all") }?.levelOfRun == .bad)
        #expect(findings { ($0 == 0 ? 9 : 0 + $1.0, $1.1) }.contains { $0.level == .bad && $0.levelOfRun == .look })
        let scale = try FunctionalScale(
            .density(PlaneDensity(.gaussians8)), try RunConfiguration.resolve(arguments: ["data.source=8gaussians", "chains.noiseLow=-1"]),
            ChainFunctionals(dimension: 2, seed: 1))
        #expect(findings(scale) { (40 + $1.0, $1.1) }.contains { $0.text.contains("have left the data") && $0.levelOfRun == .bad })
        let longer = DiagnosticFindings(
            diagnostics { _, _, _, noise in (40 + noise.0, noise.1) }, .ofMALA, stepsOfTraining: 10, runsLonger: true, scale: scale
        ).findings
        #expect(longer.contains { $0.text.contains("have left the data") && $0.level == .bad && $0.levelOfRun == .look })
    }

    @Test func `each fault is named with what to try`() {
        func mentions(_ result: ChainDiagnostics, _ text: String) -> Bool { bad(result).contains { $0.contains(text) } }
        // Every chain at a place of its own.
        #expect(
            mentions(diagnostics { shard, chain, _, n in (Double(4 * shard + chain) + n.0, n.1) }, "chains have not found the same law"))
        // Shards at places of their own.
        #expect(mentions(diagnostics { shard, _, _, n in (Double(4 * shard) + n.0, n.1) }, "shards hold different samples"))
        #expect(mentions(diagnostics(draws: 12) { _, _, _, n in n }, "these figures are rough"))
        let short = diagnostics(draws: 9) { _, _, _, n in n }
        #expect(mentions(short, "cannot be told from 9 draws of a chain (-): use at least 10 --draws"))
        #expect(!mentions(short, "effective sample sizes are"))
        #expect(mentions(diagnostics(accepted: 0.05) { _, _, _, n in n }, "the steps are too long"))
        #expect(mentions(diagnostics(accepted: 0.99) { _, _, _, n in n }, "the steps are short"))
        #expect(mentions(diagnostics(diverging: 2) { _, _, _, n in n }, "6400 trajectories diverge"))
        #expect(!mentions(diagnostics(diverging: 0) { _, _, _, n in n }, "diverge"))
        #expect(mentions(diagnostics { _, chain, _, n in chain == 0 ? (0, 0) : n }, "4 of 16 chains do not move"))
        #expect(mentions(diagnostics { _, _, draw, n in (n.0 + 4 - Double(draw) / 50, n.1) }, "the energy falls"))
        #expect(mentions(diagnostics { _, _, draw, n in draw == 7 ? (.nan, 0) : n }, "16 draws have an energy that is not finite"))
        let modes = PlaneDensity(.gaussians8).modes!
        let one = diagnostics(density: PlaneDensity(.gaussians8)) { _, _, _, n in
            (Double(modes.centres[3].x) + n.0 / 10, Double(modes.centres[3].y) + n.1 / 10)
        }
        #expect(mentions(one, "7 of 8 modes are empty"))
    }
}

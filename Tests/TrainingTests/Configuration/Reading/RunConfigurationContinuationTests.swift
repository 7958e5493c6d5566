import Configuration
import Failures
import Testing
import Training

@Suite struct RunConfigurationContinuationTests {
    private func differences(_ stored: [String], _ asked: [String]) throws -> [RunConfiguration.Difference] {
        try RunConfiguration.resolve(arguments: asked).differences(from: RunConfiguration.resolve(arguments: stored))
    }

    @Test(arguments: ConfigurationKey.all.map(\.path)) func `every key is either free or its change is refused by name`(path: String) throws
    {
        let key = try #require(ConfigurationKey.named(path))
        let change = try #require(KeyCases.valid(key), "\(path)")
        #expect(try differences([], change).contains { $0.key == path } == (key.continuation == .fixed))
    }

    @Test func `values of keys without effect are no difference and stay in the folder`() throws {
        // As an earlier version stored it, which let it pass.
        var stored = try RunConfiguration.resolve(arguments: ["optimizer.kind=sgd"])
        let asked = stored
        stored.optimizer.beta2 = 0.5
        #expect(try asked.differences(from: stored).isEmpty && asked != stored)
    }

    @Test func `what may change is this list`() {
        let free = ConfigurationKey.all.filter { $0.continuation != .fixed }.map(\.path)
        #expect(
            free == [
                "run.name", "run.steps", "run.threads", "run.maxHours", "run.patience", "run.sum", "data.source", "data.validation",
                "data.array", "data.shape", "data.size", "data.separator", "data.header", "data.memory", "data.limit", "energy.library",
                "condition.guidance", "condition.source", "guard.replicaCheckEvery", "checkpoint.every",
                "checkpoint.keep", "checkpoint.keepBest", "report.every", "report.html", "report.tensorboard",
                "samples.every", "samples.count", "samples.columns", "samples.scale", "evaluate.every", "evaluate.count",
                "diagnostics.every", "diagnostics.draws", "diagnostics.thin", "diagnostics.chains",
            ])
    }

    @Test func `a difference names key stored and asked value`() throws {
        let found = try differences(["optimizer.learningRate=0.001"], ["optimizer.learningRate=0.1", "run.threads=3"])
        #expect(found.count == 1)
        #expect(found.first?.description.contains("optimizer.learningRate: the run folder has 0.001, asked for 0.1") == true)
    }

    @Test func `steps may grow and not shrink`() throws {
        #expect(try differences(["run.steps=100"], ["run.steps=200"]).isEmpty)
        let found = try differences(["run.steps=200"], ["run.steps=100"])
        #expect(found.map(\.key) == ["run.steps"])
        #expect(found.first?.description.contains("longer") == true)
    }

    @Test func `a cosine schedule ties the steps unless its own length is given`() throws {
        let cosine = "optimizer.schedule=cosine"
        let found = try differences([cosine, "run.steps=100"], [cosine, "run.steps=200"])
        #expect(found.map(\.key) == ["optimizer.decaySteps"])
        #expect(found.first?.description.contains("optimizer.decaySteps=100") == true)
        #expect(try differences([cosine, "run.steps=100"], [cosine, "run.steps=200", "optimizer.decaySteps=100"]).isEmpty)
    }

    @Test func `a default written out is no difference`() throws {
        let plain = RunConfiguration()
        let buffer = 16 * plain.run.shards * plain.run.chainsPerShard
        #expect(try differences([], ["chains.buffer=\(buffer)", "optimizer.learningRate=\(plain.optimizer.learningRate)"]).isEmpty)
    }

    @Test func `the text follows the mathematics and nothing else`() throws {
        let plain = try RunConfiguration.resolve().mathematics()
        #expect(
            try RunConfiguration.resolve(arguments: ["run.threads=3", "run.steps=5", "report.every=1", "run.name=x"]).mathematics()
                == plain)
        #expect(try RunConfiguration.resolve(arguments: ["run.seed=2"]).mathematics() != plain)
        #expect(try RunConfiguration.resolve(arguments: ["run.reduction=float"]).mathematics() != plain)
    }
}

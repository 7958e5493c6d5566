import Configuration
import Testing

@Suite struct RunConfigurationDifferencesTests {
    private static func differences(_ configurations: [[String]]) throws -> [String] {
        RunConfiguration.differences(among: try configurations.map { try RunConfiguration.resolve(arguments: $0) }).map(\.path)
    }

    @Test func `runs differ in keys that touch what is learned and have an effect in one of them`() throws {
        #expect(try Self.differences([["run.seed=2", "run.threads=3", "report.every=7"], []]) == ["run.seed"])
        #expect(try Self.differences([["run.steps=7"], ["run.steps=8"]]) == ["run.steps"])
        #expect(try Self.differences([["run.seed=2"], ["run.seed=2"]]).isEmpty)
        // The momentum counts where it has an effect in one of them.
        let momentum = try Self.differences([["optimizer.kind=sgd", "optimizer.momentum=0.5"], ["optimizer.kind=adam"]])
        #expect(momentum.contains("optimizer.kind") && momentum.contains("optimizer.momentum"))
    }
}

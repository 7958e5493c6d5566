import Configuration
import Distributed
import Formats
import Foundation
import Learning
import Sampling
import Testing
import Training

/// What the declarations of keys, kernels and objectives say, and that they agree.
struct KeyTests {
    /// All `group.key` of the typed struct, found by reflection.
    private static var properties: [(path: String, isOptional: Bool)] {
        Mirror(reflecting: RunConfiguration()).children.flatMap { group in
            Mirror(reflecting: group.value).children.compactMap { property in
                guard let label = property.label, let value = Mirror(reflecting: property.value).descendant("wrappedValue") else {
                    return nil
                }
                return ("\(group.label ?? "").\(label.drop { $0 == "_" })", Mirror(reflecting: value).displayStyle == .optional)
            }
        }
    }

    @Test func `each property of a group is a key, in order, with a meaning and a default that it allows`() throws {
        #expect(ConfigurationKey.all.map(\.path) == Self.properties.map(\.path) && ConfigurationKey.all.count > 140)
        let members = Mirror(reflecting: RunConfiguration()).children.reduce(0) { $0 + Mirror(reflecting: $1.value).children.count }
        #expect(members == ConfigurationKey.all.count, "a property of a group is no key")
        for (key, property) in zip(ConfigurationKey.all, Self.properties) {
            #expect(key.meaning.count > 5 && !key.meaning.contains("\n"), "\(key.path)")
            #expect(key.optional == property.isOptional, "\(key.path)")
        }
        try RunConfiguration().validate()
    }

    @Test func `what a key needs are known keys and their words`() {
        for key in ConfigurationKey.all {
            for way in key.needs.ways {
                for (path, value) in way {
                    guard let other = ConfigurationKey.named(path) else {
                        Issue.record("\(key.path) needs the unknown key \(path)")
                        continue
                    }
                    if case .choice(let words) = other.rule, case .string(let word) = value {
                        #expect(words.contains(word), "\(key.path) needs \(path) = \(word)")
                    }
                }
            }
        }
    }

    @Test func `every key of a kernel and of an objective is listed by one, and they list no others`() {
        let used = KernelKind.allCases.flatMap(\.keys) + ObjectiveKind.allCases.flatMap(\.keys)
        for use in used { #expect(ConfigurationKey.named(use.path) != nil, "\(use.path)") }
        let listed = Set(used.map(\.path)).union(["sampler.kind", "sampler.steps", "objective.kind"])
        for key in ConfigurationKey.all where ["sampler", "objective"].contains(key.group) {
            #expect(listed.contains(key.path), "\(key.path) is listed by nobody")
        }
    }

    @Test(arguments: KernelKind.allCases) func `a kernel's keys say what the kernel does`(kind: KernelKind) throws {
        for adjusted in kind == .stanley ? [false, true] : [false] {
            let more = adjusted ? ["sampler.adjusted=true"] : []
            let configuration = try RunConfiguration.resolve(arguments: ["sampler.kind=\(kind.rawValue)"] + more)
            let kernel = configuration.anyKernel
            #expect(configuration.uses("sampler.adaptSteps") == kernel.hasAcceptStep)
            #expect((kernel.bestAcceptance ?? 0.5) >= 0.5)
            // A noise of one's own is no noise of a temperature.
            if kernel.hasAcceptStep { #expect(!configuration.uses("sampler.noise") && configuration.uses("sampler.temperature")) }
            if configuration.uses("sampler.noise") { #expect(!configuration.uses("sampler.temperature")) }
        }
    }

    @Test(arguments: ObjectiveKind.allCases) func `an objective's declaration agrees with what is made of it`(kind: ObjectiveKind) throws {
        let rest = (kind.mayRest ? ["sampler.steps=0"] : []) + (kind.learns ? [] : ["energy.formula=x0"])
        let plan = try RunPlan(ScratchRun.configuration(["objective.kind=\(kind.rawValue)"] + rest), SoloCommunicator())
        #expect(RunNetworks.Part.allCases.filter { plan.networks[$0] != nil } == kind.model.networks)
        #expect(plan.networks.isLatent == (kind.model.energy == .ofLatents))
        #expect((plan.configuration.replayCapacity != nil) == ([.pcd, .wassersteinFlow, .sampling].contains(kind)))
        if kind.trainsByChainsAlone { #expect(plan.profile.hasChains && plan.profile.usesSampler) }
        #expect(!kind.title(plan.configuration.objective).isEmpty)
    }

    @Test func `as many shards are allowed as an exact sum can hold`() {
        #expect(RunConfiguration.Run.mostShards == ShardLayout.maximumShards)
    }

    @Test func `the tables of the documentation are those that the program prints`() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../../Documentation/Configuration.md")
            .standardizedFileURL
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: "<!-- ebm-dist config --table -->\n"))
        let end = try #require(text.range(of: "\n<!-- end of the tables -->"))
        #expect(
            text[start.upperBound..<end.lowerBound] == ConfigurationKey.tables[...],
            "Documentation/Configuration.md is not what scripts/key-table writes")
    }

    /// How often the sources say a word, by file.
    private static func files(with word: String) throws -> Set<String> {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../../Sources").standardizedFileURL
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return try Set(
            all.filter { $0.pathExtension == "swift" }.filter { try String(contentsOf: $0, encoding: .utf8).contains(word) }
                .map(\.lastPathComponent))
    }

    @Test func `a key stands in the sources where it is declared and where it is used`() throws {
        // A kernel's list of keys and its making are one declaration.
        for (key, declared) in [("rollbackEvery", "RunKeys"), ("replicaCheckEvery", "RunKeys"), ("hotTemperature", "SamplerKeys")] {
            let files = try Self.files(with: key)
            #expect(files.count == 2 && files.contains("\(declared).swift"), "\(key): \(files)")
        }
    }
}

import Formats
import Learning
import Sampling

/// Keys for an energy that is given, between the defaults and what a person sets. It is a function of what was asked for alone.
struct EnergyRecipe {
    let values: [String: JSONValue]

    /// Nil where no energy is given, and where another objective was asked for.
    init?(_ asked: RunConfiguration, given: Set<String>) {
        guard asked.energy.formula != nil || asked.energy.library != nil else { return nil }
        guard !given.contains("objective.kind") || !asked.objective.kind.learns else { return nil }
        values = Self.common.merging(["run.name": .string(asked.energy.library.flatMap(Self.name) ?? "formula")]) { own, _ in own }
    }

    /// Trajectories of random length, whose step size is found in the first half of a thousand steps; a chain goes on in every step and starts anew in none.
    private static let common: [String: JSONValue] = [
        "objective.kind": .string(ObjectiveKind.sampling.rawValue), "run.steps": .integer(1000), "sampler.kind": .string("hmc"),
        "sampler.steps": .integer(5), "sampler.stepSize": .number(0.25), "sampler.noise": .null, "sampler.leapfrogJitter": .boolean(true),
        "sampler.adaptSteps": .integer(500), "chains.noise": .string("gaussian"), "chains.restartProbability": .number(0),
        "samples.every": .integer(0),
    ]

    /// The name of a file without its endings and the `lib` of libraries; nil where that cannot be the name of a run.
    private static func name(of path: String) -> String? {
        let file = path.split(separator: "/").last.map(String.init) ?? ""
        var stem = file.prefix { $0 != "." }
        if stem.hasPrefix("lib") { stem = stem.dropFirst(3) }
        let isPlain = stem.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") } && stem.first != "-"
        return stem.isEmpty || !isPlain ? nil : String(stem.prefix(100))
    }

    func sentences(for configuration: RunConfiguration) -> [String] {
        let kernel = configuration.sampler.kind.rawValue
        return [
            "for a given energy: \(configuration.run.steps) steps of \(configuration.sampler.steps) \(kernel) transitions on "
                + "\(configuration.rowsPerStep) chains from \(configuration.chains.noise.rawValue) noise;",
            "any key=value replaces its part (Documentation/OwnEnergy.md)",
        ]
    }
}

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
        let kernel = asked.sampler.sites.isEmpty && !asked.sampler.kind.movesSites ? Self.ofNumbers : Self.ofSites(asked, given)
        let name = ["run.name": JSONValue.string(asked.energy.library.flatMap(Self.name) ?? "formula")]
        values = [Self.common, kernel, name].reduce([:]) { $0.merging($1) { own, _ in own } }
    }

    /// Trajectories of random length, whose step size is found in the first half of a thousand steps.
    private static let ofNumbers: [String: JSONValue] = [
        "sampler.kind": .string("hmc"), "sampler.steps": .integer(5), "sampler.leapfrogJitter": .boolean(true),
        "sampler.adaptSteps": .integer(500),
    ]

    /// Scans, whose cost is that of all sites; a step size is found where there is one.
    private static func ofSites(_ asked: RunConfiguration, _ given: Set<String>) -> [String: JSONValue] {
        var own = asked
        if !given.contains("sampler.kind") { own.sampler.kind = .gibbs }
        return [
            "sampler.kind": .string(KernelKind.gibbs.rawValue), "sampler.steps": .integer(1),
            "sampler.adaptSteps": .integer(own.anyKernel.hasStepSize ? 500 : 0),
        ]
    }

    /// A chain goes on in every step and starts anew in none.
    private static let common: [String: JSONValue] = [
        "objective.kind": .string(ObjectiveKind.sampling.rawValue), "run.steps": .integer(1000), "sampler.stepSize": .number(0.25),
        "sampler.noise": .null, "chains.noise": .string("gaussian"), "chains.restartProbability": .number(0), "samples.every": .integer(0),
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
        let kernel = configuration.sampler.kind
        let start = kernel.movesSites ? "any values of the sites" : "\(configuration.chains.noise.rawValue) noise"
        return [
            "for a given energy: \(configuration.run.steps) steps of \(configuration.sampler.steps) \(kernel.rawValue) transitions on "
                + "\(configuration.rowsPerStep) chains from \(start);",
            "any key=value replaces its part (Documentation/OwnEnergy.md)",
        ]
    }
}

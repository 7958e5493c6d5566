import Configuration
import Formats
import Training

/// Values and companions with which keys can be tried: from their declarations, with what these do not say.
enum KeyCases {
    /// A value other than the default, as an argument has it.
    static func value(of key: ConfigurationKey) -> String {
        if let value = values[key.path] { return value }
        switch key.rule {
        case .flag: return key.standard == .boolean(true) ? "false" : "true"
        case .integer(let range): return "\(range.lowerBound + 7)"
        case .number(let range):
            return [0.625, 1.5].first { range.contains($0) && key.standard != .number($0) }.map { "\($0)" } ?? "2"
        case .choice(let words): return words.last { .string($0) != key.standard } ?? ""
        case .name, .text: return "other"
        case .shareOrPath: return "0.5"
        case .texts: return "['a']"
        case .integers: return "[5, 6]"
        case .numbers: return "[1, 2]"
        case .layers: return "[{kind: 'flatten'}]"
        }
    }

    private static let values = [
        "model.kernels": "[9, 9]", "model.paddings": "[0, 0]", "chains.buffer": "512", "run.steps": "1000000", "exchange.policy": "ring",
        "optimizer.finalLearningRate": "1e-5", "optimizer.learningRate": "0.01", "model.kind": "convolution", "objective.kind": "cd",
        "condition.kind": "label", "objective.estimator": "recovery", "sampler.kind": "mala", "diagnostics.chains": "3",
        "optimizer.kind": "adamw", "objective.tieLevels": "2", "sampler.sites": "['bit']",
    ]

    /// What a value needs beside what its key needs.
    private static let companions: [String: [String]] = [
        "sampler.temperature": ["sampler.noise=null"], "chains.storage=byte": ["sampler.low=-1", "sampler.high=1"],
        "exchange.temperatures=[1, 2]": ["sampler.noise=null"], "objective.diffusion=variancePreserving": ["objective.noise=0.5"],
        "objective.kind=autoencoder": ["sampler.steps=0"], "model.kind=layers": ["model.layers=[{kind: 'dense', outputs: 1}]"],
        "condition.kind=image": ["condition.source=digits"], "condition.kind=mask": ["objective.kind=variationalTeaching"],
        "objective.kind=sampling": ["energy.formula=x0"],
    ]

    /// Assignments with those that they need by their values, each key once.
    static func withCompanions(_ assignments: [String]) -> [String] {
        let more = assignments.flatMap { companions[$0] ?? [] }
        let given = Set(assignments.map { place(path($0)) })
        return assignments + more.filter { !given.contains(path($0)) }
    }

    /// An energy is a formula or a library: one stands in the place of the other.
    private static func place(_ path: String) -> String { path == "energy.library" ? "energy.formula" : path }

    static func path(_ assignment: String) -> String { String(assignment.prefix { $0 != "=" }) }

    static func assignment(_ path: String, _ value: JSONValue) -> String {
        if case .string(let word) = value { return "\(path)=\(word)" }
        return "\(path)=\(value.text)"
    }

    /// Whether a key that must be given is a text.
    private static func isText(_ path: String) -> Bool { if case .text? = ConfigurationKey.named(path)?.rule { true } else { false } }

    /// The ways in which a need can be met, each with its companions.
    static func ways(_ need: Need) -> [[String]] {
        need.ways.map { way in
            withCompanions(
                way.sorted { $0.key < $1.key }.map { assignment($0.key, $0.value != .null && isText($0.key) ? .string("x0") : $0.value) })
        }
    }

    /// A key with another value, and what it needs: that with the fewest other keys that resolves.
    static func valid(_ key: ConfigurationKey) -> [String]? {
        ways(key.needs).map { way in
            let own = "\(key.path)=\(value(of: key))"
            return withCompanions(way.filter { path($0) != place(key.path) } + [own])
        }.sorted { $0.count < $1.count }.first { (try? RunConfiguration.resolve(arguments: $0)) != nil }
    }

    /// Valid settings of other keys beside which a key may have no effect: every word of the choices that it depends on.
    static func settings(around key: ConfigurationKey) -> [[String]] {
        let own = key.needs.paths.sorted().compactMap { ConfigurationKey.named($0) }.flatMap { other -> [[String]] in
            let standard = assignment("", other.standard).drop { $0 == "=" }
            let words: [String] = if case .choice(let words) = other.rule { words } else { [value(of: other), String(standard)] }
            let values = words + (other.optional ? ["null"] : [])
            return values.flatMap { value in ways(other.needs).map { $0 + ["\(other.path)=\(value)"] } }
        }
        return [[]] + own.map(withCompanions)
    }
}

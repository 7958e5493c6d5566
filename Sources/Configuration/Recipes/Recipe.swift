import Formats
import Foundation
import Learning

/// A training for data of a kind: values of keys that stand between the defaults and what a person sets.
///
/// Each choice was measured: `Documentation/Choosing.md`. A recipe is a function of the data and of what was asked for alone, so that the same command line
/// gives the same configuration when a run continues.
package struct Recipe {
    let facts: DataFacts
    /// What was asked for, the rest at its defaults.
    let asked: RunConfiguration
    let given: Set<String>
    let objective: ObjectiveKind
    /// By path.
    package private(set) var values: [String: JSONValue] = [:]

    /// - Parameter objective: what the parameters are trained for where nobody said so; nil: what was asked for.
    package init(for facts: DataFacts, asked: RunConfiguration, given: Set<String>, objective: ObjectiveKind?) {
        self.facts = facts
        self.asked = asked
        self.given = given
        self.objective = objective ?? asked.objective.kind
        if let objective { values["objective.kind"] = .string(objective.rawValue) }
        if let name = Self.name(of: asked.data.source) { values["run.name"] = .string(name) }
        switch facts.kind {
        case .density, .points, .table: addVectors()
        case .gray: addGrayImages()
        case .colour: addColourImages()
        }
    }

    /// The objective that was best for such data.
    package static func best(for facts: DataFacts) -> ObjectiveKind {
        switch facts.kind {
        case .density, .points: .diffusionCD
        case .table: .denoisingScore
        case .gray: .pcd
        // A flow begins with noise of the deviation 1, which much wider or narrower data do not fit.
        case .colour:
            facts.levels != nil || (0.5...2.5).contains(facts.range.upperBound - facts.range.lowerBound) ? .energyMatching : .diffusionCD
        }
    }

    // MARK: setting values

    mutating func set(_ path: String, _ value: JSONValue) { values[path] = value }

    /// Four digits say what was measured, and are what a person would write.
    mutating func set(_ path: String, _ value: Double) { values[path] = Self.number(value) }

    mutating func merge(_ more: [String: JSONValue]) { values.merge(more) { _, new in new } }

    private static func number(_ value: Double) -> JSONValue { JSONValue(Double(String(format: "%.4g", value)) ?? value) }

    // MARK: parts that several kinds of data share

    /// The keys of the network are one choice: where somebody makes a part of it, the rest of the recipe's would not fit.
    mutating func setNetwork(_ network: [String: JSONValue]) {
        let chosen = given.filter { Self.networkKeys.contains($0) }
        if chosen.isEmpty { return merge(network) }
        // A list for convolutions without a kind goes with the recipe's kind.
        let isConvolution = network["model.kind"] == .string(RunConfiguration.Architecture.Kind.convolution.rawValue)
        if isConvolution && chosen.isSubset(of: Self.convolutionKeys) { set("model.kind", .string("convolution")) }
    }

    private static let convolutionKeys: Set = ["model.channels", "model.kernels", "model.strides", "model.paddings", "model.dense"]
    private static let networkKeys = convolutionKeys.union(["model.kind", "model.widths", "model.layers"])

    /// A step of the proper Langevin equation by the variance of the narrowest direction: `RunConfiguration.samplerOfScores`.
    static let stepShare = 0.5

    /// Steps of the proper Langevin equation.
    static func langevin(stepSize: Double, steps: Int) -> [String: JSONValue] {
        ["sampler.steps": .integer(steps), "sampler.stepSize": number(stepSize), "sampler.noise": .null]
    }

    /// The name of a run on data from a path or of a built-in name: the file's without its endings; nil where nothing is left of it.
    private static func name(of source: String) -> String? {
        let last = source.split(separator: "/").last.map(String.init) ?? ""
        let stem = last.split(separator: ".").first.map(String.init) ?? ""
        let plain = stem.unicodeScalars.map { scalar -> Character in
            let isAllowed =
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-")
            return isAllowed ? Character(scalar) : "-"
        }
        let name = String(String(plain).drop { $0 == "-" }.prefix(100))
        return name.isEmpty ? nil : name
    }
}

import Configuration
import Distributed
import Failures
import Learning
import Training

/// What was measured, as it stands in the JSON file and on the terminal.
package protocol MeasureFinding: Encodable, Sendable {
    /// Lines for the person at the terminal.
    var text: String { get }
}

/// A measure of a trained model as `evaluate` knows it: its name, what it needs, when it is made and how. `MeasureKind+All.swift` lists them, and each is
/// declared beside what it finds; nothing else names one.
public struct MeasureKind: Sendable {
    /// What `--measures` calls it.
    public let name: String
    /// Where it stands in the JSON file.
    let key: String
    /// One line for the help.
    public let summary: String
    /// Checked in this order, for all measures before the first is made.
    let needs: [Need]
    let option: Option?
    /// Whether it measures rows of data, `--count` of them with `--seed`.
    public let measuresRows: Bool
    /// Whether it is made where nobody names measures and the model has what it needs.
    let isStandard: @Sendable (EvaluateCommand) -> Bool
    /// Collective; the same bits on any number of ranks.
    let measure: @Sendable (MeasuredModel) throws(Failure) -> any MeasureFinding

    /// An option of the command line that is about one measure.
    struct Option: Sendable {
        enum Role: Sendable {
            /// Says what is measured: it asks for the measure, and naming the measure is not enough.
            case object
            /// Asks for the measure.
            case request
            /// Says how, where the measure is named.
            case manner
        }

        let name: String
        var role = Role.object
        let isGiven: @Sendable (EvaluateCommand) -> Bool
    }

    /// Something that not every model has.
    struct Need: Sendable {
        /// Collective. What was expected and what was found; nil where it is there.
        let missing: @Sendable (MeasuredModel) throws(Failure) -> String?
        /// What is at fault where it is missing.
        var fault = Failure.Kind.usage
        /// Whether samples are drawn for it, or read.
        var usesSamples = false
        /// Whether it reads the classifier of `--features`.
        var usesFeatures = false
        /// Whether it reads the chains of the checkpoint, however samples are drawn.
        var readsChains: @Sendable (TrainedModel) -> Bool = { _ in false }
    }

    /// - Parameters:
    ///   - key: default: the name.
    ///   - needsData: whether it compares with data, which an energy that is given has not.
    ///   - isStandard: default: made only where it is named, or its option given.
    init(
        _ name: String, key: String? = nil, _ summary: String, needsData: Bool = true, needs: [Need] = [], option: Option? = nil,
        measuresRows: Bool = false,
        isStandard: @escaping @Sendable (EvaluateCommand) -> Bool = { _ in false },
        measure: @escaping @Sendable (MeasuredModel) throws(Failure) -> any MeasureFinding
    ) {
        (self.name, self.key, self.summary, self.option) = (name, key ?? name, summary, option)
        self.needs = (needsData ? [.data] : []) + needs
        (self.measuresRows, self.isStandard, self.measure) = (measuresRows, isStandard, measure)
    }

    /// Whether a command line asks for it, by its name or by its option.
    func isAsked(_ command: EvaluateCommand) -> Bool {
        command.measures?.contains(name) == true || option.map { $0.role != .manner && $0.isGiven(command) } == true
    }

    var usesSamples: Bool { needs.contains { $0.usesSamples } }
    var usesFeatures: Bool { needs.contains { $0.usesFeatures } }

    /// - Throws: `.usage` for an unknown name.
    static func named(_ name: String) throws(Failure) -> MeasureKind {
        if let kind = all.first(where: { $0.name == name }) { return kind }
        let names = all.map(\.name)
        throw Failure(
            .usage,
            "evaluate: --measures: expected some of \(names.joined(separator: ", ")), between commas, found '\(name)'."
                + Spelling.hint(for: name, in: names))
    }
}

extension MeasureKind.Need {
    /// Data that the model was trained on.
    static let data = MeasureKind.Need(missing: { $0.hasData ? nil : "a model that was trained on data, found an energy that is given" })

    /// Samples that the model draws, or of a file, on the model's scale.
    static let samples = MeasureKind.Need(missing: { _ in nil }, usesSamples: true)

    /// A trained energy of rows alone; of noise levels the lowest one is meant.
    static let energyOfRows = MeasureKind.Need(missing: { model in
        let configuration = model.trained.configuration
        guard model.trained.declaration.energy == .ofRows else {
            return "an energy of data rows, which objective.kind = \"\(configuration.objective.kind.rawValue)\" does not train"
        }
        guard model.trained.rowCondition == nil else {
            return "an energy of rows alone, found one with condition.kind = \"\(configuration.condition.kind.rawValue)\""
        }
        return nil
    })

    /// An energy that is one of real numbers alone, whose integral is over all of them.
    static let realNumbers = MeasureKind.Need(missing: {
        guard $0.trained.space != nil else { return nil }
        let kind = $0.trained.configuration.sampler.kind
        return "an energy of real numbers, found "
            + (kind.movesSites
                ? "one of states with sites (sampler.kind = \"\(kind.rawValue)\")"
                : "one of words, gaps or angles (data.dequantize=true learns them as numbers)")
    })

    /// A built-in density of the plane as the data, and an energy of its points.
    static let planeDensity = MeasureKind.Need(
        missing: { model in
            model.density == nil
                ? "a model of a built-in density of the plane, found data.source = \"\(model.trained.configuration.data.source)\"" : nil
        },
        readsChains: { MeasuredModel.density(of: $0) != nil && !$0.declaration.drawsAfresh })
}

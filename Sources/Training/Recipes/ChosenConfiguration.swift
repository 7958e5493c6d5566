import Datasets
import Distributed
import Failures

/// The configuration of a command, with what was chosen by the data where nobody chose.
public struct ChosenConfiguration: Codable, Sendable {
    public let configuration: RunConfiguration
    /// Sentences on what was chosen and why; none where everything is asked for or has its default.
    public let sentences: [String]
    /// The data that the choice was made by; nil where none had to be looked at.
    private(set) var source: DataSource?

    /// What travels between ranks.
    private enum CodingKeys: String, CodingKey { case configuration, sentences }

    /// Collective. What rank 0 resolves, on all ranks; the data stay on rank 0.
    public static func shared(
        _ communicator: any Communicator, _ resolve: () throws -> ChosenConfiguration
    ) throws(Failure) -> ChosenConfiguration {
        var source: DataSource?
        var chosen = try communicator.fromRoot {
            let resolved = try resolve()
            source = resolved.source
            return resolved
        }
        chosen.source = source
        return chosen
    }

    /// The defaults, over them the recipe for the data, over it the file, over it the arguments; then validated.
    ///
    /// The digits have no recipe: the defaults are theirs. A file that says anything of the model, what it is trained for or how it is sampled is a recipe
    /// of its own. Where the recipe's objective does not go with the keys that were given, that of the defaults is taken.
    /// - Parameters: those of `RunConfiguration.resolve`.
    /// - Throws: what `RunConfiguration.resolve` throws, and what is thrown where the data cannot be read.
    public static func resolve(file: [UInt8]? = nil, name: String = "configuration", arguments: [String] = []) throws(Failure)
        -> ChosenConfiguration
    {
        let request = try AskedConfiguration(file: file, name: name, arguments: arguments)
        let asked = try request.configuration
        guard asked.data.source != RunConfiguration.Data().source, !request.givenByFile.contains(where: isOfRecipe) else {
            return ChosenConfiguration(configuration: try request.resolved(), sentences: [])
        }
        let source = try asked.loadedSource()
        var chosen = try choose(for: DataFacts(source), request)
        // Standardised data are read in the precision of the file.
        chosen.source = chosen.configuration.data.standardise == asked.data.standardise ? source : nil
        return chosen
    }

    /// What is resolved for data.
    package static func choose(for facts: DataFacts, _ request: AskedConfiguration) throws(Failure) -> ChosenConfiguration {
        let (asked, given) = (try request.configuration, request.given)
        let isOpen = !saysObjective(asked, given: given)
        let best = Recipe(for: facts, asked: asked, given: given, objective: isOpen ? Recipe.best(for: facts.kind) : nil)
        do {
            return try ChosenConfiguration(best, request)
        } catch {
            // Keys that belong to chains of the energy ask for an objective that has such. A recipe that does not go with itself is a defect.
            guard !given.allSatisfy({ $0.hasPrefix("data.") || $0.hasPrefix("run.") }) else { throw error }
            let standard = Recipe(for: facts, asked: asked, given: given, objective: nil)
            guard isOpen, let chosen = try? ChosenConfiguration(standard, request) else { throw error }
            return chosen
        }
    }

    private init(_ recipe: Recipe, _ request: AskedConfiguration) throws(Failure) {
        let configuration = try request.resolved(over: recipe.values)
        self.init(configuration: configuration, sentences: recipe.sentences(for: configuration))
    }

    private init(configuration: RunConfiguration, sentences: [String]) {
        self.configuration = configuration
        self.sentences = sentences
    }

    /// Whether a key of a file says what a recipe would choose.
    private static func isOfRecipe(_ path: String) -> Bool {
        let groups = ["model", "sampler", "chains", "exchange", "objective", "generator", "encoder", "posterior", "condition"]
        return groups.contains { path.hasPrefix("\($0).") }
    }

    /// Whether somebody chose the objective: by its name, by the start of its chains, or by what only chains that persist have.
    private static func saysObjective(_ asked: RunConfiguration, given: Set<String>) -> Bool {
        let ofPersistentChains = [
            "chains.buffer", "chains.storage", "chains.replacement", "chains.restartProbability", "chains.restartFrom",
        ]
        return !given.isDisjoint(with: ["objective.kind", "chains.start"] + ofPersistentChains) || asked.exchange.policy != .none
            || !asked.exchange.temperatures.isEmpty
    }
}

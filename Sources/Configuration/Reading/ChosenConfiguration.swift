import Datasets
import Failures
import Formats

/// The configuration of a command, with what was chosen by the data where nobody chose.
public struct ChosenConfiguration: Codable, Sendable {
    public let configuration: RunConfiguration
    /// Sentences on what was chosen and why; none where everything is asked for or has its default.
    public let sentences: [String]
    /// The data that the choice was made by; nil where none had to be looked at.
    package var source: DataSource?
    /// What was found of their files.
    package var measured: [MeasuredFile] = []
    /// What a person has to know who gave other names, or keys that have no effect here.
    public let notes: [String]

    /// What travels between ranks.
    private enum CodingKeys: String, CodingKey { case configuration, sentences, notes }

    /// The defaults, over them the recipe for the data, over it the file, over it the arguments; then validated.
    ///
    /// The digits have no recipe: the defaults are theirs. A file that says anything of the model, what it is trained for or how it is sampled is a recipe
    /// of its own. Where the recipe's objective does not go with the keys that were given, that of the defaults is taken.
    /// - Parameters: those of `RunConfiguration.resolve`, and:
    ///   - earlier: what is known of a run that is asked for.
    /// - Throws: what `RunConfiguration.resolve` throws, and what is thrown where the data cannot be read.
    public static func resolve(
        file: [UInt8]? = nil, name: String = "configuration", arguments: [String] = [],
        earlier: (RunConfiguration) -> EarlierStarts = { _ in .none }
    ) throws(Failure) -> ChosenConfiguration {
        let request = try AskedConfiguration(file: file, name: name, arguments: arguments)
        let asked = try request.configuration
        if let recipe = EnergyRecipe(asked, given: request.given) {
            return try ChosenConfiguration(request, over: recipe.values, recipe.sentences)
        }
        guard asked.data.source != RunConfiguration.Data().source, !request.givenByFile.contains(where: isOfRecipe) else {
            return try ChosenConfiguration(request, over: [:]) { _ in [] }
        }
        try asked.checkData()
        let source = try asked.loadedSource(earlier(asked), isChoosing: true)
        var chosen = try choose(for: DataFacts(source), request)
        // Standardised data are read in the precision of the file.
        chosen.measured = source.measuredFiles
        chosen.source = chosen.configuration.data.standardize == asked.data.standardize ? source : nil
        return chosen
    }

    /// What is resolved for data.
    package static func choose(for facts: DataFacts, _ request: AskedConfiguration) throws(Failure) -> ChosenConfiguration {
        let (asked, given) = (try request.configuration, request.given)
        let isOpen = !given.contains("objective.kind")
        let best = Recipe(for: facts, asked: asked, given: given, objective: isOpen ? Recipe.best(for: facts) : nil)
        do {
            return try ChosenConfiguration(best, request)
        } catch {
            // A key that has no effect with the recipe's objective, such as those of persistent chains, asks for one with which it has. A recipe that does
            // not go with itself is a defect.
            guard !given.allSatisfy({ $0.hasPrefix("data.") || $0.hasPrefix("run.") }) else { throw error }
            let standard = Recipe(for: facts, asked: asked, given: given, objective: nil)
            guard isOpen, let chosen = try? ChosenConfiguration(standard, request) else { throw error }
            return chosen
        }
    }

    private init(_ recipe: Recipe, _ request: AskedConfiguration) throws(Failure) {
        try self.init(request, over: recipe.values, recipe.sentences)
    }

    private init(
        _ request: AskedConfiguration, over chosen: [String: JSONValue], _ sentences: (RunConfiguration) -> [String]
    ) throws(Failure) {
        (configuration, notes) = try request.resolved(over: chosen)
        self.sentences = sentences(configuration)
    }

    /// Whether a key of a file says what a recipe would choose.
    private static func isOfRecipe(_ path: String) -> Bool {
        let groups = ["model", "sampler", "chains", "exchange", "objective", "generator", "encoder", "proposal", "posterior", "condition"]
        return groups.contains { path.hasPrefix("\($0).") }
    }
}

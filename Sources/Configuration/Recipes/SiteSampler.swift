import Formats
import Learning
import Sampling

extension RunConfiguration {
    /// The sampler that fits rows of a table which are learned as words and numbers: chains at the temperature 1, at which their energy is meant, from noise as wide
    /// as standardised numbers; empty where rows are real numbers.
    ///
    /// The steps are those that `Recipe` has for tables.
    var samplerOfSites: [String: JSONValue] {
        guard keepsSites else { return [:] }
        return Recipe.langevin(stepSize: Recipe.tableStep, steps: Recipe.tableSteps).merging(
            ["chains.noise": .string(NoiseDistribution.Kind.gaussian.rawValue)]
        ) { own, _ in own }
    }
}

import Configuration
import Learning
import Model

extension RunPlan {
    /// Whether the energy may fall as fast as |x|² rises.
    var fallsWithSquare: Bool { model.network.description.fallsWithSquare }

    /// One sentence on an energy that may fall without a bound where no data are, and nothing keeps chains from there; nil elsewhere.
    var boundNote: String? {
        let sampler = configuration.sampler
        guard fallsWithSquare, sampler.low == nil || sampler.high == nil else { return nil }
        return "the inner product of this energy may fall as fast as |x|² rises, and chains that leave the data then run away: "
            + "let its layers end in tanh (model.output=tanh), so that model.referenceDeviation bounds the energy, or give the sampler a box (sampler.low, sampler.high)"
    }
}

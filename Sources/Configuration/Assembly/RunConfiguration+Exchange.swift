import Learning
import Sampling

extension RunConfiguration {
    /// The ladder of the `exchange` group; nil where all chains have one temperature.
    package var ladder: TemperatureLadder? {
        guard !exchange.temperatures.isEmpty else { return nil }
        return TemperatureLadder(
            temperatures: exchange.temperatures, base: Double(anyKernel.temperature), every: exchange.every,
            seed: run.seed)
    }
}

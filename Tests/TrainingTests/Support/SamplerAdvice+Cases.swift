import Configuration
import Training

extension SamplerAdvice {
    /// On a sampler with a step size and an accept step.
    static var ofMALA: SamplerAdvice {
        var configuration = RunConfiguration()
        configuration.sampler.kind = .mala
        return SamplerAdvice(configuration, configuration.anyKernel)
    }
}

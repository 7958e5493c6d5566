import Model

/// In which precisions the networks of a run multiply.
package struct Precisions: Hashable, Sendable {
    /// Of the passes that parameters learn from.
    package var gradient: PassPrecision
    /// Of what chains read K times a step.
    package var sampler: PassPrecision

    package init(gradient: PassPrecision = .float, sampler: PassPrecision = .float) { (self.gradient, self.sampler) = (gradient, sampler) }
}

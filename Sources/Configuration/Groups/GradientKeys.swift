import Model

extension RunConfiguration {
    /// How gradients with respect to parameters are computed.
    public struct Gradient: KeyGroup {
        static let needs = ObjectiveKind.needOfRows

        @Key(
            "in which the networks that parameters learn from multiply: float, or bfloat16; sums for weights stay float",
            bindsAtDefault: false)
        public var precision = Precision.float
    }
}

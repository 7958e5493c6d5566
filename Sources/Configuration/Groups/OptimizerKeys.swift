import Learning

extension RunConfiguration {
    /// How gradients become parameter updates.
    public struct Optimizer: KeyGroup {
        static let needs = ObjectiveKind.needOfRows

        public enum Kind: String, Choice { case sgd, adam, adamw }
        public enum Schedule: String, Choice { case constant, step, cosine }

        private static let moments = Need.isOneOf("optimizer.kind", ["adam", "adamw"])
        private static let steps = Need.isOneOf("optimizer.schedule", ["step"])
        private static let cosine = Need.isOneOf("optimizer.schedule", ["cosine"])

        @Key("sgd, adam, or adamw (decoupled weight decay)") public var kind = Kind.adam
        @Key("step size of the parameters after the warm-up", .notNegative) public var learningRate = 7e-4
        @Key("decay of the first moment", .fraction, needs: Self.moments) public var beta1 = 0.9
        @Key("decay of the second moment", .fraction, needs: Self.moments) public var beta2 = 0.999
        @Key("added to the root of the second moment", .positive, needs: Self.moments) public var epsilon = 1e-8
        @Key("momentum", .fraction, needs: .isOneOf("optimizer.kind", ["sgd"])) public var momentum = 0.0
        @Key("sgd, adam: added to the gradient times the parameter; adamw: decoupled", .notNegative) public var weightDecay = 0.0
        @Key("learning rate over steps: constant, step or cosine") public var schedule = Schedule.constant
        @Key("the learning rate rises linearly over so many first steps", .interval) public var warmupSteps = 100
        @Key("steps between two decays", .count, needs: Self.steps) public var decayEvery = 1000
        @Key("factor of a decay", .share, needs: Self.steps) public var decayFactor = 0.5
        @Key("the step at which finalLearningRate is reached; null: run.steps", .count, needs: Self.cosine) public var decaySteps: Int? =
            nil
        @Key("the learning rate at the end", .notNegative, needs: Self.cosine) public var finalLearningRate = 0.0
        @Key("the gradient is scaled down to this norm; null: no limit", .positive) public var clipNorm: Double? = nil
        @Key("each gradient element is limited to so many roots of its second moment; null: no limit", .positive, needs: Self.moments)
        public var clipSigma: Double? = nil
        @Key("added to that limit", .notNegative, needs: .isGiven("optimizer.clipSigma"), bindsAtDefault: false) public var clipMargin = 0.0
        @Key("decay of the moving average of the parameters; null: no average", .fraction) public var average: Double? = 0.999
        @Key(
            "the n-th update uses the decay (1 + n)/(10 + n) while that is smaller, so that the first parameters are forgotten",
            needs: .isGiven("optimizer.average"), bindsAtDefault: false)
        public var averageWarmup = true
    }
}

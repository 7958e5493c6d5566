extension RunConfiguration {
    /// An energy that a person gives: nothing of it is learned.
    public struct Energy: KeyGroup {
        static let needs = ObjectiveKind.need { !$0.learns }

        @Key(
            "the energy E of exp(-E/T) as a formula of x0, x1, ..., which the program differentiates; null: a library", .text,
            bindsAtDefault: false)
        public var formula: String? = nil
        @Key(
            "the path of a shared library with the functions of ebm_dist_energy.h; null: a formula", .text, later: .place,
            bindsAtDefault: false)
        public var library: String? = nil
        @Key("parameters of the formula or the library, each as name=value", bindsAtDefault: false) public var parameters: [String] = []
        @Key("names of the coordinates of a formula, in order; []: x0, x1, ...", needs: .isGiven("energy.formula"), bindsAtDefault: false)
        public var coordinates: [String] = []
    }
}

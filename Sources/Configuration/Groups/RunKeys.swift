extension RunConfiguration {
    /// How much is computed, in how many shards, and how long.
    public struct Run: KeyGroup {
        public enum Reduction: String, Choice { case exact, float }
        public enum Sum: String, Choice { case automatic, whole, sliced }

        /// As many as one exact sum can hold: `ShardLayout.maximumShards`.
        package static let mostShards = 8192

        @Key("name of the run; without --out its folder is runs/NAME", .name, later: .free) public var name = "digits"
        @Key("training steps; a finished run continues when this is raised", .count, later: .growing) public var steps = 2500
        @Key("all random numbers are a function of this seed and their place in the run", 0...Int.max) public var seed: UInt64 = 1
        @Key("parts of the run that the ranks share; the result depends on it, not on the ranks; at least one a rank", 1...mostShards)
        public var shards = 16
        @Key("chains and data rows of a shard in every step; the batch is shards x chainsPerShard", 1...65536)
        public var chainsPerShard = 16
        @Key("threads of a rank; 0: the cores of the node divided by its ranks", 0...1024, later: .free) public var threads = 0
        @Key("save and end with the requeue code after so many hours", .positive, later: .free) public var maxHours: Double? = nil
        @Key(
            "evaluations without a better value of checkpoint.keepBest after which the run ends; null: it goes on to run.steps", .count,
            needs: .both(.isAbove("evaluate.every", 0), Checkpoint.keepsBest), later: .free, bindsAtDefault: false)
        public var patience: Int? = nil
        @Key("sum of gradients over shards: exact (the same bits on any ranks) or float (for comparison)", needs: ObjectiveKind.needOfRows)
        public var reduction = Reduction.exact
        @Key(
            "where the sum of gradients, the moments and the average of the parameters lie: whole on every rank, sliced (each rank has those of the "
                + "parameters that it updates), or automatic; the bits are the same",
            needs: .both(ObjectiveKind.needOfRows, .isOneOf("run.reduction", ["exact"])), later: .free, bindsAtDefault: false)
        public var sum = Sum.automatic
    }

    /// What is watched at every step and what happens when it is wrong.
    public struct Guard: KeyGroup {
        public enum Policy: String, Choice { case stop, skip, rollback }

        @Key(
            "when a step diverges: stop the run, skip the step, or rollback to an earlier one (rollbackEvery) with half the learning rate",
            needs: ObjectiveKind.needOfRows)
        public var policy = Policy.stop
        @Key("an energy gap |mean E(x+) - mean E(x-)| above this is divergence; null: no limit", .positive, needs: ObjectiveKind.needOfRows)
        public var maximumGap: Double? = 1e6
        @Key(
            "steps between two points that a rollback goes to, each saved besides the checkpoints", .count,
            needs: .both(ObjectiveKind.needOfRows, .isOneOf("guard.policy", ["rollback"])), bindsAtDefault: false)
        public var rollbackEvery = 500
        @Key("steps between two comparisons of the parameters of all ranks; 0: only when they are saved", .interval, later: .free)
        public var replicaCheckEvery = 100
    }

    /// When the state is saved.
    public struct Checkpoint: KeyGroup {
        /// A measure of evaluation.jsonl, of which less is better.
        public enum Measure: String, Choice { case slicedWasserstein, frechetDistance, heldOutLoss, divergence, squaredError }

        static let keepsBest = Need.isOneOf("checkpoint.keepBest", Measure.allCases.map(\.rawValue))

        @Key("steps between two checkpoints; 0: only at the end", .interval, later: .free) public var every = 500
        @Key("the newest checkpoints that are kept", 2...1_000_000, later: .free) public var keep = 2
        @Key(
            "keep the checkpoint of the evaluation with the least such measure as well: of samples against held-out rows, or data without them; of the energy "
                + "against a density of the plane; heldOutLoss: the objective's own loss on held-out rows, without samples",
            needs: .isAbove("evaluate.every", 0), later: .free, bindsAtDefault: false)
        public var keepBest: Measure? = nil
    }

    /// What a run says of itself, and when.
    public struct Report: KeyGroup {
        @Key("steps between two lines of metrics.jsonl", .count, later: .free) public var every = 50
        @Key("whether report.html in the run folder is renewed at checkpoints", later: .free, bindsAtDefault: false) public var html = true
        @Key(
            "write reports, pictures and histograms into an event file in the run folder, for TensorBoard", later: .free,
            bindsAtDefault: false)
        public var tensorboard = true
    }

    /// The picture of chains that is drawn into the run folder.
    public struct Samples: KeyGroup {
        @Key("steps between two pictures of chains; 0: only at the end", .interval, later: .free) public var every = 500
        @Key("chains in a picture", 1...65536, later: .free) public var count = 64
        @Key("images in a row of a picture", 1...65536, later: .free) public var columns = 8
        @Key("side of an image's pixel in a picture", 1...64, later: .free) public var scale = 4
    }

    /// When measures of the model are taken during training.
    public struct Evaluate: KeyGroup {
        static let needs = ObjectiveKind.needOfRows

        @Key("steps between two lines of evaluation.jsonl; 0: never", .interval, later: .free) public var every = 0
        @Key("chains that are measured, over all shards", 2...65536, needs: .isAbove("evaluate.every", 0), later: .free)
        public var count = 1024
    }

    /// When and how chains are diagnosed during training.
    public struct Diagnostics: KeyGroup {
        private static let windows = Need.isAbove("diagnostics.every", 0)

        @Key("steps between two windows of chain diagnostics in metrics.jsonl; 0: never", .interval, later: .free) public var every = 0
        @Key("draws of a window", 4...100_000, needs: Self.windows, later: .free) public var draws = 100
        @Key("sampler steps between two draws; null: sampler.steps", .count, needs: Self.windows, later: .free) public var thin: Int? = nil
        @Key(
            "chains of each shard in a window, at most run.chainsPerShard; null: 4, or as many as there are", 1...65536,
            needs: Self.windows,
            later: .free)
        public var chains: Int? = nil
    }
}

import Datasets
import Learning
import Model
import Numerics
import Sampling

/// What an objective is made of: the configuration, and what was made of it before.
struct ObjectiveParts: Sendable {
    var configuration: RunConfiguration
    var kernel: any TransitionKernel
    /// With what the networks know beside each row.
    var data: LearnedRows
    /// The noise of a level that data rows share with the noised rows that chains start from; nil where they share none.
    var sharedDeviation: Float?
    /// How the network is scaled that proposes where the chains of a level start; nil where none does.
    var proposal: ProposalScaling?
    /// The rows that chains start from, apart from those that are learned from.
    var starts: LearnedRows

    var seed: UInt64 { configuration.run.seed }
    var rowsPerStep: Int { configuration.rowsPerStep }
    var keys: RunConfiguration.Objective { configuration.objective }
}

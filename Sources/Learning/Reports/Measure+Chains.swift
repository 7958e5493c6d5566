extension Tally {
    /// Σ |∇E(x-)|² at the chains' last step.
    package static let squaredGradient = Tally("squaredGradient")
    /// Σ |x_K - x_0| and Σ |x_K - x_0|² over the chains.
    package static let displacement = Tally("displacement")
    package static let squaredDisplacement = Tally("squaredDisplacement")
    /// Values that lie on the wall of the sampler's box.
    package static let saturated = Tally("saturated")
    /// Σ x and Σ x² over the values of the negatives.
    package static let sampleValues = Tally("sampleValues")
    package static let squaredSampleValues = Tally("squaredSampleValues")
    /// Accepted moves of all chains and sampler steps; 0 for samplers without an accept step.
    package static let accepted = Tally("accepted")
    /// Proposals that were not finite.
    package static let invalid = Tally("invalid")
    /// Σ E(x-)² over the negatives.
    package static let squaredSampleEnergy = Tally("squaredSampleEnergy")
    /// Σ of the chains' ages in steps, after sampling.
    package static let age = Tally("age")
    /// Chains started afresh.
    package static let restarts = Tally("restarts")

    /// Trajectories that diverged.
    package static let divergences = Tally("divergences")
    /// Trajectories that double, one for each chain and step; their leapfrog steps and doublings, and the rows that were evaluated for them.
    package static let trees = Tally("trees")
    package static let treePoints = Tally("treePoints")
    package static let treeDepth = Tally("treeDepth")
    package static let treeEvaluations = Tally("treeEvaluations")

    /// What every run of chains counts (`ShardReport.add`).
    static let ofChains = [
        squaredGradient, displacement, squaredDisplacement, saturated, sampleValues, squaredSampleValues, accepted, invalid,
        squaredSampleEnergy, age, restarts,
    ]
}

extension Measure {
    /// √ mean |∇E(x-)|² at the last step of the chains.
    static let chainGradientNorm = Measure("chainGradientNorm", unit: "energy per value", of: [.squaredGradient]) {
        ($0[.squaredGradient] / $0.negatives).squareRoot()
    }.inProgress("|∇E|", .fixed, meaning: "how steep the energy is at the chains, root mean square; it should not grow without end")

    /// mean |x_K - x_0|
    static let displacement = mean(.displacement, over: .negatives, unit: "values")
    /// The mean age of the chains that took part.
    static let bufferAge = mean(.age, named: "bufferAge", over: .negatives, unit: "sampler steps")

    /// The share of values on the wall of the sampler's box.
    static let saturation = Measure("saturation", unit: "share", of: [.saturated]) { $0[.saturated] / ($0.negatives * $0.rowValues) }

    /// The standard deviation of E(x-).
    static let energySpread = Measure("energySpread", unit: "energy", of: [.sampleEnergy, .squaredSampleEnergy]) {
        let mean = $0[.sampleEnergy] / $0.negatives
        return max(0, $0[.squaredSampleEnergy] / $0.negatives - mean * mean).squareRoot()
    }

    /// Mean and standard deviation of all values of the chains.
    static let chainMean = Measure("chainMean", unit: "values", of: [.sampleValues]) { $0[.sampleValues] / ($0.negatives * $0.rowValues) }
    static let chainDeviation = Measure("chainDeviation", unit: "values", of: [.sampleValues, .squaredSampleValues]) {
        let values = $0.negatives * $0.rowValues
        let mean = $0[.sampleValues] / values
        return max(0, $0[.squaredSampleValues] / values - mean * mean).squareRoot()
    }

    /// Of trajectories that double: leapfrog steps and doublings of one.
    static let ofTrees = [
        Measure("treePoints", unit: "leapfrog steps", of: [.treePoints, .trees, .treeEvaluations]) { $0[.treePoints] / max(1, $0[.trees]) },
        Measure("treeDepth", unit: "doublings", of: [.treeDepth, .trees]) { $0[.treeDepth] / max(1, $0[.trees]) },
    ]

    /// The share of trajectories that diverge.
    static func divergences(steps: Int) -> Measure {
        Measure("divergences", unit: "share", of: [.divergences]) { $0[.divergences] / ($0.rows * Double(steps)) }
    }

    /// Accepted moves divided by proposed ones, or the mean acceptance of the points of trajectories that double.
    static func acceptance(steps: Int) -> Measure {
        Measure("acceptance", unit: "share", of: [.accepted]) { $0[.accepted] / ($0.rows * Double(steps)) }
    }
}

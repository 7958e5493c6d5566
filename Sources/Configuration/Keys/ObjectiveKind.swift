import Failures
import Formats
import Learning
import Sampling

/// An objective as a configuration chooses it: its word, the keys that it uses, what its training consists of, and how it is made.
public struct ObjectiveKind: Kind {
    package static let path = "objective.kind"

    /// Where the chains of a training step start, for objectives whose negatives are free chains of the energy.
    package enum Start: Hashable, Sendable {
        case at(ChainStart.Place)
        /// Wherever `chains.start` says.
        case open
    }

    public let rawValue: String
    public let formerly: String?
    package let keys: [KeyUse]
    /// Its name in the field, with what matters most of it.
    package let title: @Sendable (RunConfiguration.Objective) -> String
    /// Nil for objectives without free chains of the energy: by these alone the others train.
    package var start: Start?
    /// Under which its chains stay in a replay buffer; nil: never.
    package var keepsChains: Need?
    /// Whether parameters are learned from data; else chains of an energy that is given are run.
    package var learns = true
    /// Whether the buffer holds chains with the noised rows that they are tethered to.
    var keepsPairs = false
    /// What a model of it consists of.
    package var model = ModelDeclaration.energyOfRows
    /// Whether training runs chains of the bare energy, from anywhere, where the sampler makes steps.
    package var runsFreeChains: Bool { trainsByChainsAlone || startsAtGenerator }
    /// Whether chains start at what a generator makes.
    var startsAtGenerator: Bool { model.drawsFromGenerator && model.energy != .none }
    /// Whether it can do without a single step of the sampler.
    package var mayRest = false
    /// The noise that its chains of the energy start from, where it is no choice; nil: that of the `chains` group.
    package var startNoise: NoiseDistribution?
    /// What the network's output and the sampler's times are divided by to be those of the energy.
    var unit: @Sendable (RunConfiguration.Objective) -> Double = { _ in 1 }
    /// What draws samples in so many steps from noise; nil: the kernel of the `sampler` group.
    var drawingKernel: (@Sendable (RunConfiguration, _ steps: Int) -> any TransitionKernel)?
    /// What is other from a step on; nil: nothing.
    var laterPhase: @Sendable (RunConfiguration.Objective) -> LaterPhase? = { _ in nil }
    /// Values of the `sampler` group that fit it, where nobody chooses the sampler.
    var ownSampler: @Sendable (RunConfiguration) -> [String: JSONValue] = { _ in [:] }
    /// Whether it learns columns of tables that are no numbers as what they are (`RowSpace`), not as real numbers that noise spreads.
    package var knowsSites = false
    /// Beside which values it is made of second derivatives, which vanish for piecewise linear activations; nil: never.
    var needsCurvature: Need?
    /// The key that says how many random vectors are drawn for each row; nil where none are.
    var vectorsPerRow: String?
    /// Values that do not go together with it, and why.
    var check: @Sendable (RunConfiguration) throws(Failure) -> Void = { (_) throws(Failure) in }
    /// What learns the levels of a noise ladder; nil: it has no levels.
    var onLadder: (@Sendable (ObjectiveParts, NoiseLadder) -> any Objective)?
    let make: @Sendable (ObjectiveParts) -> any Objective

    init(
        _ word: String, formerly: String? = nil, title: @escaping @Sendable (RunConfiguration.Objective) -> String, keys: [KeyUse],
        make: @escaping @Sendable (ObjectiveParts) -> any Objective, _ more: (inout ObjectiveKind) -> Void = { _ in }
    ) {
        (rawValue, self.formerly, self.title, self.keys, self.make) = (word, formerly, title, keys, make)
        more(&self)
    }

    /// Whether the parameters follow from data and free chains of the energy alone, by the difference of their energies.
    package var trainsByChainsAlone: Bool { start != nil }

    /// The start that belongs to it; nil where it leaves the start open or has no free chains.
    package var ownStart: ChainStart.Place? { if case .at(let place)? = start { place } else { nil } }
}

/// How the parameters move from a step of the run on.
struct LaterPhase {
    var step: Int
    /// Nil: as before.
    var learningRate: Double?
    var average: Double?
}

// MARK: what keys need of objectives

extension ObjectiveKind {
    /// Rows of data that are learned from.
    static let needOfRows = need { $0.learns }

    /// Free chains that start in a place.
    static func needOfStart(_ place: ChainStart.Place) -> Need {
        .either([
            need { $0.ownStart == place },
            .both(need { $0.start == .open }, place == .persistent ? saysPersistent : .isOneOf("chains.start", [place.rawValue])),
        ])
    }

    /// Where the start is open.
    static let saysPersistent = Need.either([.isNull("chains.start"), .isOneOf("chains.start", ["persistent"])])

    /// Chains that are kept in a replay buffer.
    static var needOfBuffer: Need {
        .either(all.compactMap { kind in kind.keepsChains.map { .both(need([kind]), $0) } })
    }
}

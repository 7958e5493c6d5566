import Numerics

/// The random numbers of a tile of chains: what moves them and what decides about moves, so that a kernel with an accept step has the same noise
/// as the one without.
public struct ChainNoise: Sendable {
    /// Noise and momenta.
    public let motion: RandomStream
    /// Acceptance, lengths of trajectories, and from `firstOfSites` on all that sites take.
    public let decisions: RandomStream

    /// Sites and numbers that move in turn share both: draws from here on are those of sites.
    package static let firstOfSites = RandomStream.drawLimit / 2

    /// Draws of the decisions from here on are those of several sites at once.
    package static let firstOfBlocks = RandomStream.drawLimit / 4 * 3

    public init(motion: RandomStream, decisions: RandomStream) {
        self.motion = motion
        self.decisions = decisions
    }

    /// - Parameters:
    ///   - motion, decisions: two purposes, so that no number serves twice.
    public init(seed: UInt64, motion: RandomPurpose, decisions: RandomPurpose, step: Int, index: Int) {
        precondition(motion != decisions, "motion and decisions need streams of their own")
        self.init(
            motion: RandomStream(seed: seed, purpose: motion, step: step, index: index),
            decisions: RandomStream(seed: seed, purpose: decisions, step: step, index: index))
    }
}

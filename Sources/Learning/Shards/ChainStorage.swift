import Sampling

/// How a shard stores chains that persist: the layout of its slice of the replay buffer.
package struct ChainStorage: Sendable {
    /// Chains of a shard.
    package let capacity: Int
    package let options: ReplayOptions
    /// The temperatures of the chains; nil: all have the sampler's.
    package let ladder: TemperatureLadder?
    /// Whether each chain is kept with a centre that it is tethered to.
    package let hasCentres: Bool
    /// Numbers of the condition that each chain is kept with, for life; 0 where energies have none.
    package var conditionCount: Int

    package init(
        capacity: Int, options: ReplayOptions, ladder: TemperatureLadder? = nil, hasCentres: Bool = false, conditionCount: Int = 0
    ) {
        (self.capacity, self.options, self.ladder) = (capacity, options, ladder)
        (self.hasCentres, self.conditionCount) = (hasCentres, conditionCount)
    }

    /// What it takes for samples of so many values: values, ages, centres, conditions and levels.
    func bytes(dimension: Int) -> Int {
        capacity * (dimension * (options.bytesPerValue + (hasCentres ? 4 : 0)) + 4 * conditionCount + 4 + (ladder == nil ? 0 : 1))
    }
}

/// A number that each shard counts in a step, and how those of all shards become one.
package struct Tally: Hashable, Sendable {
    package enum Addition: Sendable { case sum, max }

    package let name: String
    package let addition: Addition

    package init(_ name: String, _ addition: Addition = .sum) { (self.name, self.addition) = (name, addition) }
}

extension Tally {
    /// Σ E(x+) over the shard's data rows, and Σ E(x-) over its negatives.
    package static let dataEnergy = Tally("dataEnergy")
    package static let sampleEnergy = Tally("sampleEnergy")
    /// Σ of the loss over the data rows.
    package static let loss = Tally("loss")
}

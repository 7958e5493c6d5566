/// What one shard counts in one step, small enough to ride with the gradient sum; or the same of all shards together.
package struct ShardReport: Sendable, Hashable {
    /// What is counted, in the order of the values.
    package let tallies: [Tally]
    package private(set) var values: [Double]

    package init(_ tallies: [Tally]) {
        self.tallies = tallies
        values = Array(repeating: 0, count: tallies.count)
    }

    /// - Parameter values: as many as there are tallies.
    package init(_ tallies: [Tally], values: [Double]) {
        precondition(values.count == tallies.count, "a report of \(tallies.count) tallies has as many values")
        (self.tallies, self.values) = (tallies, values)
    }

    /// Of what an objective does not count, 0. It counts what its profile declares and nothing else.
    package subscript(_ tally: Tally) -> Double {
        get { tallies.firstIndex(of: tally).map { values[$0] } ?? 0 }
        set {
            guard let index = tallies.firstIndex(of: tally) else {
                preconditionFailure("the objective's profile declares no \(tally.name)")
            }
            values[index] = newValue
        }
    }

    package func counts(_ tally: Tally) -> Bool { tallies.contains(tally) }

    package mutating func reset() {
        for index in values.indices { values[index] = 0 }
    }

    /// All shards together, from their values in shard order.
    package static func total(_ tallies: [Tally], _ records: [[Double]]) -> ShardReport {
        // No sum of zeros is -0.
        guard var values = records.first?.map({ 0 + $0 }) else { return ShardReport(tallies) }
        for record in records.dropFirst() {
            for (index, tally) in tallies.enumerated() {
                switch tally.addition {
                case .sum: values[index] += record[index]
                case .max: values[index] = max(values[index], record[index])
                }
            }
        }
        return ShardReport(tallies, values: values)
    }
}

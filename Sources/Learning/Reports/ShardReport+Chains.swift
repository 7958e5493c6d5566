import Numerics
import Sampling

extension ShardReport {
    /// What a run of chains says of itself.
    /// - Parameters:
    ///   - start, end: chains x dimension.
    ///   - box: the sampler's; values on its walls are counted.
    ///   - counts: which of the chains are reported.
    mutating func add(
        _ info: RunInfo, from start: Matrix, to end: Matrix, box: ClosedRange<Float>?, where counts: (Int) -> Bool = { _ in true }
    ) {
        self[.squaredGradient] = info.squaredGradient
        self[.accepted] = info.acceptance ?? 0
        self[.invalid] = Double(info.invalid)
        if let trees = info.trees { add(trees) }
        if self.counts(.divergences) { self[.divergences] = Double(info.diverged.count) }
        var (displacement, squaredDisplacement, values, squaredValues, saturated) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for row in 0..<end.rows where counts(row) {
            var squares = 0.0
            for index in row * end.columns..<(row + 1) * end.columns {
                let value = unsafe end.base[index]
                let difference = unsafe Double(value - start.base[index])
                squares += difference * difference
                values += Double(value)
                squaredValues += Double(value) * Double(value)
                if let box, value <= box.lowerBound || value >= box.upperBound { saturated += 1 }
            }
            displacement += squares.squareRoot()
            squaredDisplacement += squares
        }
        (self[.displacement], self[.squaredDisplacement]) = (displacement, squaredDisplacement)
        (self[.sampleValues], self[.squaredSampleValues], self[.saturated]) = (values, squaredValues, saturated)
    }

    private mutating func add(_ trees: TreeCounts) {
        (self[.trees], self[.treePoints], self[.treeDepth]) = (Double(trees.trees), Double(trees.points), Double(trees.depth))
        self[.treeEvaluations] = Double(trees.evaluations)
    }
}

import Numerics

extension NUTS {
    /// What of a chain's trajectory is numbers.
    struct Tree: Sendable {
        /// Whether a further doubling may follow.
        var isGrowing = true
        /// Whether the branch of this doubling grows.
        var hasBranch = false
        /// Whether it grows forward in time.
        var isForward = true
        /// H of the point that the trajectory began with.
        var start = 0.0
        /// Of the points of the tree, and of the branch, relative to the first one.
        var weight = LogWeight(logarithm: 0)
        var branchWeight = LogWeight.none
        /// E of the point that is drawn of the branch.
        var drawnEnergy: Float = 0
        /// Leapfrog steps, and doublings that were kept.
        var points = 0
        var depth = 0
        /// Σ of the probabilities with which the points would be accepted.
        var acceptance = 0.0
        var isDivergent = false
        var isInvalid = false
        /// Whether the chain is at another point than before.
        var hasMoved = false

        var meanAcceptance: Double { points == 0 ? 0 : acceptance / Double(points) }

        /// The end of the trajectory where it grows.
        var end: Int { isForward ? 1 : 0 }

        var counts: TreeCounts {
            var counts = TreeCounts()
            (counts.trees, counts.points, counts.depth) = (1, points, depth)
            return counts
        }

        /// No point follows: the branch is left out.
        mutating func stop() { (isGrowing, hasBranch) = (false, false) }
    }

    /// A tree of one point for every chain, with fresh momenta.
    func begin(_ state: inout State, _ index: Int, _ motion: RandomStream) {
        let (buffers, tiles) = (state.buffers, state.tiles)
        let momenta = tiles.ends[0].momenta
        motion.fillNormals(momenta, from: index * TilePass.groups(of: momenta) * TilePass.groupSize)
        for end in tiles.ends {
            end.x.copy(from: buffers.positions)
            end.gradient.copy(from: buffers.gradient)
        }
        tiles.ends[1].momenta.copy(from: momenta)
        tiles.sum.copy(from: momenta)
        // Chains without a branch are evaluated with the others.
        tiles.leaf.x.copy(from: buffers.positions)
        for row in state.trees.indices {
            var tree = Tree()
            tree.start = energy(buffers.energies, momenta, row)
            if !tree.start.isFinite {
                tree.isInvalid = true
                tree.stop()
            }
            state.trees[row] = tree
        }
    }

    /// H
    private func energy(_ energies: Matrix, _ momenta: Matrix, _ row: Int) -> Double {
        Double(energies[row, 0]) / Double(temperature) + RowSums.squares(momenta, row: row) / 2
    }

    func beginBranch(_ state: inout State, _ row: Int, _ draws: TreeDraws, _ depth: Int) {
        state.trees[row].isForward = draws.isForward(depth)
        state.trees[row].hasBranch = true
        state.trees[row].branchWeight = .none
        state.tiles.leaf.copy(row..<row + 1, from: state.tiles.ends[state.trees[row].end])
    }

    /// The first half of a leapfrog step, up to where the energy is wanted.
    func beginLeaf(_ state: inout State, _ row: Int) {
        let (range, leaf, time) = (row..<row + 1, state.tiles.leaf, state.trees[row].isForward ? Float(1) : -1)
        let leapfrog = state.leapfrog.rows(range)
        leapfrog.kick(leaf.momenta.rows(range), leaf.gradient.rows(range), by: time / 2)
        leapfrog.drift(leaf.x.rows(range), leaf.momenta.rows(range), by: time)
    }

    /// The other half, and what the new point is to the branch.
    func endLeaf(_ leaf: Int, _ state: inout State, _ row: Int, _ draws: TreeDraws) {
        let (range, tiles) = (row..<row + 1, state.tiles)
        state.leapfrog.rows(range).kick(
            tiles.leaf.momenta.rows(range), tiles.leaf.gradient.rows(range), by: state.trees[row].isForward ? 0.5 : -0.5)
        let error = energy(tiles.energies, tiles.leaf.momenta, row) - state.trees[row].start
        state.trees[row].points += 1
        guard error.isFinite, error <= Leapfrog.largestEnergyError else {
            (state.trees[row].isDivergent, state.trees[row].isInvalid) = (true, !error.isFinite)
            state.trees[row].stop()
            tiles.leaf.x.rows(range).copy(from: state.buffers.positions.rows(range))
            return
        }
        if Walls(box).hold(tiles.leaf.x, row: row) { draw(&state.trees[row], tiles, row, error: error, draws) }
        if !join(leaf, tiles, row, depth: state.trees[row].depth) { state.trees[row].stop() }
    }

    /// A point that may become the one that is drawn of the branch: of n points so far each with its weight.
    private func draw(_ tree: inout Tree, _ tiles: TreeTiles, _ row: Int, error: Double, _ draws: TreeDraws) {
        let weight = LogWeight(logarithm: -error)
        tree.acceptance += error > 0 ? LogWeight.exp(-error) : 1
        tree.branchWeight.add(weight)
        guard draws.replaces(point: tree.points - 1, with: weight.ratio(to: tree.branchWeight)) else { return }
        tiles.drawn.rows(row..<row + 1).copy(from: tiles.leaf.x.rows(row..<row + 1))
        tiles.drawnGradient.rows(row..<row + 1).copy(from: tiles.leaf.gradient.rows(row..<row + 1))
        tree.drawnEnergy = tiles.energies[row, 0]
    }

    /// Joins a point with the halves that waited for it: one for each bit of its number from the lowest one on, up to the first that is 0.
    /// - Returns: whether none of the joined parts turns back.
    private func join(_ leaf: Int, _ tiles: TreeTiles, _ row: Int, depth: Int) -> Bool {
        let (range, part) = (row..<row + 1, tiles.part)
        part.copy(range, from: TreeTiles.Span(first: tiles.leaf.momenta, last: tiles.leaf.momenta, sum: tiles.leaf.momenta))
        var level = 0
        while leaf >> level & 1 == 1 {
            let half = tiles.waiting[level]
            guard TreeTiles.goesOn(half, part, row: row) else { return false }
            part.first.rows(range).copy(from: half.first.rows(range))
            Self.add(half.sum.rows(range), to: part.sum.rows(range))
            level += 1
        }
        if level < depth { tiles.waiting[level].copy(range, from: part) }
        return true
    }

    /// A branch that is whole becomes half of the tree.
    func endBranch(_ state: inout State, _ row: Int, _ draws: TreeDraws, _ depth: Int) {
        let (range, tiles, buffers) = (row..<row + 1, state.tiles, state.buffers)
        var tree = state.trees[row]
        let (end, other) = (tiles.ends[tree.end], tiles.ends[1 - tree.end])
        let rest = TreeTiles.Span(first: other.momenta, last: end.momenta, sum: tiles.sum)
        tree.isGrowing = TreeTiles.goesOn(rest, tiles.part, row: row)
        if draws.takes(branch: depth, with: tree.branchWeight.ratio(to: tree.weight)) {
            buffers.positions.rows(range).copy(from: tiles.drawn.rows(range))
            buffers.gradient.rows(range).copy(from: tiles.drawnGradient.rows(range))
            buffers.energies[row, 0] = tree.drawnEnergy
            tree.hasMoved = true
        }
        tree.weight.add(tree.branchWeight)
        end.copy(range, from: tiles.leaf)
        Self.add(tiles.part.sum.rows(range), to: tiles.sum.rows(range))
        tree.hasBranch = false
        tree.depth += 1
        state.trees[row] = tree
    }

    private static func add(_ x: Matrix, to y: Matrix) { TilePass.map(y, x) { y, x in y + x } }
}

/// The random numbers of a trajectory: a direction and a choice for each doubling, a choice for each point.
struct TreeDraws {
    private let stream: RandomStream
    private let depth: Int
    private let first: Int

    /// Numbers of a trajectory.
    static func count(depth: Int) -> Int { 1 << depth + 2 * depth }

    /// - Parameter trajectory: its number, over steps and chains.
    init(stream: RandomStream, depth: Int, trajectory: Int) {
        (self.stream, self.depth, first) = (stream, depth, trajectory * Self.count(depth: depth))
    }

    func isForward(_ doubling: Int) -> Bool { stream.uniform(at: first + 2 * doubling) < 0.5 }

    func takes(branch doubling: Int, with probability: Double) -> Bool {
        Double(stream.uniform(at: first + 2 * doubling + 1)) < probability
    }

    func replaces(point: Int, with probability: Double) -> Bool {
        Double(stream.uniform(at: first + 2 * depth + point)) < probability
    }
}

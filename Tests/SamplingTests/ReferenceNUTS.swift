import Foundation
import Numerics
import Sampling

/// The No-U-Turn sampler in Double, from its definition: whole trajectories as lists of points, every aligned part of a branch looked at from its points.
struct ReferenceNUTS: Sendable {
    /// What a wrong program might do.
    enum Fault: CaseIterable, Sendable {
        case kickUphill, missingKineticEnergy, drawsTheLastPoint, alwaysTakesTheBranch, keepsBranchesThatTurn, looksAtEndsAlone,
            growsForwardOnly
        case goesOnAfterTurns
    }

    struct Point {
        var x: [Double]
        var q: [Double]
        var gradient: [Double]
        /// H at the start less H here.
        var weight = 0.0
    }

    /// Where a chain goes, and how near the nearest of the decisions was.
    struct End {
        var x: [Double]
        var depth = 0
        var margin = Double.infinity
    }

    var potential: PairPotential
    var stepSize: Double
    var maximumDepth: Int
    var temperature = 1.0
    /// s of each value; empty: 1.
    var scales: [Double] = []
    var fault: Fault?

    private func scale(_ place: Int) -> Double { scales.isEmpty ? 1 : scales[place] }

    /// - Parameter uniform: the numbers of the trajectory.
    func move(_ x: [Double], normals: [Double], uniform: (Int) -> Double) -> End {
        var end = End(x: x)
        let start = Point(x: x, q: normals, gradient: potential.evaluate(x).gradient)
        let energy = hamiltonian(start)
        // In the order of time.
        var trajectory = [start]
        var points = 0
        for depth in 0..<maximumDepth {
            let isForward = fault == .growsForwardOnly || uniform(2 * depth) < 0.5
            note(uniform(2 * depth) - 0.5, in: &end)
            guard let branch = branch(from: isForward ? trajectory.last! : trajectory[0], 1 << depth, isForward, energy) else { return end }
            let turns = turnsWithin(branch, &end)
            guard !turns || fault == .keepsBranchesThatTurn || fault == .goesOnAfterTurns else { return end }
            let drawn = draw(branch, &end) { uniform(2 * maximumDepth + points + $0) }
            points += branch.count
            let ratio = sum(branch) / sum(trajectory)
            let chance = uniform(2 * depth + 1)
            note(chance - ratio, in: &end)
            if chance < ratio || fault == .alwaysTakesTheBranch { end.x = drawn.x }
            end.depth += 1
            let halves = (trajectory, branch)
            trajectory = isForward ? trajectory + branch : branch.reversed() + trajectory
            let parts = isForward ? halves : (halves.0.reversed(), branch)
            guard !turns, !turnsBack(parts.0, parts.1, &end) || fault == .goesOnAfterTurns else { return end }
        }
        return end
    }

    private func hamiltonian(_ point: Point) -> Double {
        let kinetic = fault == .missingKineticEnergy ? 0 : point.q.reduce(0) { $0 + $1 * $1 / 2 }
        return potential.evaluate(point.x).energy / temperature + kinetic
    }

    /// Points in the order in which they are made; nil where one diverges.
    private func branch(from start: Point, _ count: Int, _ isForward: Bool, _ energy: Double) -> [Point]? {
        var (point, points) = (start, [Point]())
        let step = isForward ? stepSize : -stepSize
        let sign = fault == .kickUphill ? -1.0 : 1
        for _ in 0..<count {
            for d in point.x.indices { point.q[d] -= sign * step / 2 * scale(d) * point.gradient[d] / temperature }
            for d in point.x.indices { point.x[d] += step * scale(d) * point.q[d] }
            point.gradient = potential.evaluate(point.x).gradient
            for d in point.x.indices { point.q[d] -= sign * step / 2 * scale(d) * point.gradient[d] / temperature }
            point.weight = energy - hamiltonian(point)
            guard point.weight >= -1000 else { return nil }
            points.append(point)
        }
        return points
    }

    private func sum(_ points: [Point]) -> Double { points.reduce(0) { $0 + exp($1.weight) } }

    private func draw(_ points: [Point], _ end: inout End, uniform: (Int) -> Double) -> Point {
        var (drawn, total) = (points[0], 0.0)
        for (number, point) in points.enumerated() {
            total += exp(point.weight)
            if number > 0 { note(uniform(number) - exp(point.weight) / total, in: &end) }
            if uniform(number) < exp(point.weight) / total || fault == .drawsTheLastPoint { drawn = point }
        }
        return drawn
    }

    /// Whether one of the parts of 2, 4, 8, ... neighbours turns back.
    private func turnsWithin(_ branch: [Point], _ end: inout End) -> Bool {
        guard branch.count > 1 else { return false }
        let middle = branch.count / 2
        let (first, second) = (Array(branch[..<middle]), Array(branch[middle...]))
        let turns = turnsBack(first, second, &end)
        guard fault != .looksAtEndsAlone else { return turns }
        // Whether one is found does not depend on the order.
        return turnsWithin(first, &end) || turnsWithin(second, &end) || turns
    }

    /// Whether two neighbouring parts turn back together, or one with the first point of the other.
    private func turnsBack(_ first: [Point], _ second: [Point], _ end: inout End) -> Bool {
        turnsBack(first + second, &end) || turnsBack(first + second.prefix(1), &end) || turnsBack(first.suffix(1) + second, &end)
    }

    private func turnsBack(_ points: [Point], _ end: inout End) -> Bool {
        let dimension = points[0].q.count
        let sum = (0..<dimension).map { d in points.reduce(0) { $0 + $1.q[d] } }
        func along(_ q: [Double]) -> Double { zip(sum, q).reduce(0) { $0 + $1.0 * $1.1 } }
        let (a, b) = (along(points[0].q), along(points[points.count - 1].q))
        note(a, in: &end)
        note(b, in: &end)
        return a <= 0 || b <= 0
    }

    private func note(_ margin: Double, in end: inout End) { end.margin = min(end.margin, abs(margin)) }
}

/// A kernel made of the reference, right or with a fault: what the checks have to tell apart.
struct NaiveNUTS: TransitionKernel {
    let move: ReferenceNUTS

    var scratchTiles: Int { 0 }
    var bestAcceptance: Double? { 0.8 }
    var temperature: Float { 1 }
    var samplesTarget: Bool { true }
    func energyEvaluations(steps: Int) -> Double { Double(steps) }
    func scaled(by factor: Float) -> NaiveNUTS { self }
    func stepLimit(values: Int) -> Int { .max }

    struct State {
        let buffers: ChainBuffers
    }

    func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State { State(buffers: buffers) }

    func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> AcceptCounts {
        let x = state.buffers.positions
        for row in 0..<x.rows {
            let end = move.end(of: (0..<x.columns).map { Double(x[row, $0]) }, row: row, of: x, index: index, noise)
            for column in 0..<x.columns { x[row, column] = Float(end.x[column]) }
        }
        return AcceptCounts(squaredGradient: 0, accepted: x.rows, invalid: 0)
    }
}

extension ReferenceNUTS {
    /// With the random numbers of a chain of a tile, as Documentation/Samplers.md says them.
    func end(of x: [Double], row: Int, of tile: Matrix, index: Int, _ noise: ChainNoise) -> End {
        let groups = (tile.count + 63) / 64
        let normals = (0..<tile.columns).map { Double(noise.motion.normal(at: index * groups * 64 + row * tile.columns + $0)) }
        let first = (index * tile.rows + row) * (1 << maximumDepth + 2 * maximumDepth)
        return move(x, normals: normals) { Double(noise.decisions.uniform(at: first + $0)) }
    }
}

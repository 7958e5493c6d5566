import Numerics

/// Langevin dynamics whose temperature rises with the chains' time: x <- x - a ∇E(x) + √(2 a T(t)) ξ, or the same by Heun's method.
///
/// Without noise it is the flow of -∇E; after the schedule it is Langevin dynamics at T. Heun: y = x - a ∇E(x) + n, then
/// x <- x - (a/2)(∇E(x) + ∇E(y)) + n with the same noise n. A step costs one forward and input-gradient pass, with Heun two. The box is kept at the end of
/// a run alone: on its way from noise the flow may leave it.
///
/// Source: M. Balcerak et al., arXiv:2504.10612.
public struct FlowLangevin: UnadjustedKernel {
    public enum Form: Sendable, Hashable { case euler, heun }

    /// a
    public private(set) var stepSize: Float
    /// T
    public let temperature: Float
    public private(set) var schedule: FlowSchedule
    public let form: Form
    /// Steps of a run, at whose end positions are clamped to the box.
    public let runLength: Int
    public let box: ClosedRange<Float>?
    /// Steps of this run that were made before.
    private var done = 0
    /// Steps of each chain before this run; empty: none.
    private var ages: [Int32] = []

    public init(
        stepSize: Float, temperature: Float = 1, schedule: FlowSchedule, form: Form = .euler, runLength: Int, box: ClosedRange<Float>? = nil
    ) {
        (self.stepSize, self.temperature, self.schedule) = (stepSize, temperature, schedule)
        (self.form, self.runLength, self.box) = (form, runLength, box)
    }

    /// The noise of a step; with Heun the point y, gradient and energy there.
    public var scratchTiles: Int { form == .euler ? 1 : 4 }

    /// A run begins without noise: what chains have at its end is a law of the schedule.
    public var samplesTarget: Bool { false }

    public func energyEvaluations(steps: Int) -> Double { (form == .euler ? 1 : 2) * Double(steps) }

    public func scaled(by factor: Float) -> FlowLangevin {
        var scaled = self
        scaled.stepSize *= factor
        scaled.schedule = FlowSchedule(onset: schedule.onset, timeStep: schedule.timeStep * Double(factor))
        return scaled
    }

    public func after(steps: Int) -> FlowLangevin {
        var rest = self
        rest.done += steps
        return rest
    }

    /// The same for chains that have made steps before, as many as their age each.
    public func continuing(_ ages: [Int32]) -> FlowLangevin {
        var later = self
        later.ages = ages
        return later
    }

    public func step(_ state: inout TileState, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let (x, gradient, normals) = (state.buffers.positions, state.buffers.gradient, state.buffers.scratch[0])
        fill(normals, index: index, stream: noise.motion)
        potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
        let squared = RowSums.squares(gradient)
        let a = stepSize
        if form == .heun {
            let (y, slope) = (state.buffers.scratch[1], state.buffers.scratch[2])
            y.combine(x, gradient) { $0 - a * $1 }
            y.combine(y, normals) { $0 + $1 }
            // The energies of y are of no use: they go into a column of a tile that holds nothing.
            potential.evaluate(y, energies: state.buffers.scratch[3].view(from: 0, rows: x.rows, columns: 1), gradient: slope)
            slope.combine(slope, gradient) { 0.5 * ($0 + $1) }
            x.combine(x, slope) { $0 - a * $1 }
        } else {
            x.combine(x, gradient) { $0 - a * $1 }
        }
        x.combine(x, normals) { $0 + $1 }
        if done + index + 1 == runLength { Walls(box).clamp(x) }
        return MoveInfo(squaredGradient: squared)
    }

    /// √(2 a T(t)) ξ for each chain at its time.
    private func fill(_ normals: Matrix, index: Int, stream: RandomStream) {
        let amplitudes = (0..<normals.rows).map { row in
            let share = schedule.share(afterSteps: done + index + (ages.isEmpty ? 0 : Int(ages[row])))
            return Langevin.properNoise(stepSize: stepSize, temperature: share * temperature)
        }
        guard amplitudes.contains(where: { $0 > 0 }) else { return normals.fill(0) }
        stream.fillNormals(normals, from: index * RandomStream.draws(for: normals.count))
        for (row, amplitude) in amplitudes.enumerated() {
            let own = normals.rows(row..<row + 1)
            own.combine(own, own) { value, _ in amplitude * value }
        }
    }
}

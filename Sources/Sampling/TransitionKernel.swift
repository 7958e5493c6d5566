import Numerics

/// One step of a Markov chain for a whole tile of chains.
///
/// Every sampler has the same parts in the same order: `State` (what a chain remembers between steps, the gradient included), `Info` (what a
/// step reports), `initialState`, `step`. States are views of buffers that the caller owns: a step allocates nothing.
public protocol TransitionKernel: Sendable {
    associatedtype State
    associatedtype Info: StepInfo

    /// Tiles of chains x dimension that a step needs beside positions and gradient: the length of `ChainBuffers.scratch`.
    var scratchTiles: Int { get }

    /// The share of accepted proposals with which chains move best; nil where no step size changes it.
    var bestAcceptance: Double? { get }

    /// Whether a step size says how far moves go.
    var hasStepSize: Bool { get }

    /// Whether moves would go farther with a larger step size.
    var isHeldByStepSize: Bool { get }

    /// Whether chains that stand still are those whose proposal was rejected; a point of a trajectory is drawn, and may be the one it began with.
    var countsMoves: Bool { get }

    /// Whether energies decide what a chain does, as where proposals may be rejected: `StepInfo.accepted` counts then.
    var hasAcceptStep: Bool { get }

    /// T that the noise belongs to: σ²/(2ha) where σ is chosen by itself beside a drift h a ∇E, 0 without noise; that of the end of a schedule.
    var temperature: Float { get }

    /// Whether chains have the law exp(-E/T) with T = `temperature`, exactly or with a bias that vanishes with the step size.
    var samplesTarget: Bool { get }

    /// The step as x - a ∇E(x) + σ ξ, up to how it is computed; nil where a step is something else.
    var diffusion: Diffusion? { get }

    /// The most that the drift of a step moves a value, however steep the energy is; nil without a limit.
    var driftLimit: Float? { get }

    /// Whether a step follows Hamilton's equations, so that it may diverge from them.
    var hasTrajectories: Bool { get }

    /// The most doublings of the trajectory of a step; nil where a step is no tree of them.
    var treeDepth: Int? { get }

    /// Evaluations of energy and gradient that a run of so many steps takes for each chain: the mean where lengths are random, the most where trees grow.
    func energyEvaluations(steps: Int) -> Double

    /// The same sampler with its step size times a factor and its noise such that the temperature stays.
    func scaled(by factor: Float) -> Self

    /// The same sampler for a target whose variance is `ratio` times as large: step sizes that stand for a variance grow by the ratio, those that
    /// stand for a length or a time by its root.
    func scaled(toVariance ratio: Float) -> Self

    /// The same sampler with another metric, where it has one.
    func measured(by metric: DiagonalMetric) -> Self

    /// The same sampler for what is left of a run after so many steps: farther along a schedule, where it has one.
    func after(steps: Int) -> Self

    /// The most steps that one `ChainNoise` suffices for, with chains of so many values together.
    func stepLimit(values: Int) -> Int

    /// The state of chains that stand at `buffers.positions`.
    func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State

    /// Moves every chain by one step.
    /// - Parameters:
    ///   - index: the number of the step since `initialState`.
    ///   - noise: the random numbers of these chains; step `index` uses its own part of them.
    func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> Info
}

extension TransitionKernel {
    public var hasAcceptStep: Bool { bestAcceptance != nil }

    public var hasStepSize: Bool { true }

    public var isHeldByStepSize: Bool { hasStepSize }

    public var countsMoves: Bool { hasAcceptStep && treeDepth == nil }

    public var diffusion: Diffusion? { nil }

    public var driftLimit: Float? { nil }

    public var hasTrajectories: Bool { false }

    public var treeDepth: Int? { nil }

    public func scaled(toVariance ratio: Float) -> Self { scaled(by: ratio) }

    public func measured(by metric: DiagonalMetric) -> Self { self }

    /// The same sampler as a warm-up has tuned it.
    public func tuned(by tuning: KernelTuning) -> Self {
        let scaled = tuning.stepSizeFactor == 1 ? self : scaled(by: tuning.stepSizeFactor)
        return tuning.metric.map { scaled.measured(by: $0) } ?? scaled
    }

    public func after(steps: Int) -> Self { self }

    /// Runs `steps` steps from `buffers.positions` and leaves the chains' last positions there.
    /// - Parameter onState: called while the chains stand where they are after 0, 1, ... `steps` steps.
    @discardableResult
    public func run(
        _ buffers: ChainBuffers, steps: Int, noise: ChainNoise, in potential: some Potential, onState: (_ done: Int) -> Void = { _ in }
    ) -> RunInfo {
        precondition(buffers.scratch.count >= scratchTiles, "\(Self.self) needs \(scratchTiles) tiles of scratch")
        var state = initialState(buffers, in: potential)
        var total = RunInfo()
        onState(0)
        for index in 0..<steps {
            total.add(step(&state, index: index, noise: noise, in: potential))
            onState(index + 1)
        }
        return total
    }
}

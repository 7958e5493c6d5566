import Numerics
import Sampling
import Testing

/// Chains along a schedule of temperatures, against the formulas in Double.
struct FlowLangevinTests {
    private static let potential = PairPotential(density: .banana)
    private static let schedule = FlowSchedule(onset: 0.5, timeStep: 0.125)
    private static let ages: [Int32] = (0..<37).map { $0 % 5 == 4 ? 1000 : $0 % 5 * 2 }

    @Test func `the temperature is 0 before τ*, rises in proportion to time, and is whole from 1 on`() {
        let shares = (0...9).map { Self.schedule.share(afterSteps: $0) }
        #expect(zip(shares, [0, 0, 0, 0, 0, 0.25, 0.5, 0.75, 1, 1]).allSatisfy { abs($0 - Float($1)) < 1e-6 })
        #expect(Self.schedule.length == 8)
        // Steps whose times are no sums of powers of 2.
        let late = FlowSchedule(onset: 1, timeStep: 0.01)
        #expect(late.share(afterSteps: 99) == 0 && late.share(afterSteps: 100) == 1 && late.length == 100)
        #expect(FlowSchedule(onset: 1, timeStep: 5).length == 1 && FlowSchedule(onset: 1, timeStep: 0.3).length == 4)
    }

    @Test(arguments: [FlowLangevin.Form.euler, .heun], [false, true])
    func `a step follows its formula at the chain's own time`(form: FlowLangevin.Form, hasAges: Bool) {
        let (a, t) = (Double(Float(0.02)), 2.0)
        let plain = FlowLangevin(stepSize: 0.02, temperature: 2, schedule: Self.schedule, form: form, runLength: 100)
        let kernel = hasAges ? plain.continuing(Self.ages) : plain
        let buffers = ChainBuffers(chains: 37, dimension: 4, scratch: kernel.scratchTiles)
        Self.potential.fill(buffers.positions, RandomStream(seed: 21, purpose: .test, step: 0, index: 0))
        let start = buffers.positions.values.map { Double($0) }
        let steps = hasAges ? 5 : 10
        kernel.run(buffers, steps: steps, noise: KernelChecks.noise, in: Self.potential)
        for row in 0..<37 {
            var x = Array(start[4 * row..<4 * row + 4])
            for index in 0..<steps {
                let share = Double(Self.schedule.share(afterSteps: index + (hasAges ? Int(Self.ages[row]) : 0)))
                // 148 values: three groups of 64 for each step.
                let noise = (0..<4).map {
                    (2 * a * t * share).squareRoot() * Double(KernelChecks.motion.normal(at: index * 192 + 4 * row + $0))
                }
                let g = Self.potential.evaluate(x).gradient
                let y = (0..<4).map { x[$0] - a * g[$0] + noise[$0] }
                if form == .euler {
                    x = y
                } else {
                    let h = Self.potential.evaluate(y).gradient
                    x = (0..<4).map { x[$0] - a / 2 * (g[$0] + h[$0]) + noise[$0] }
                }
            }
            // Floats against Double over ten steps, stretched by less than 10.
            for column in 0..<4 { #expect(abs(x[column] - Double(buffers.positions[row, column])) < 5e-5 * (1 + abs(x[column]))) }
        }
    }

    @Test func `a run in parts goes on along the schedule, and its box is kept at its end alone`() {
        let kernel = FlowLangevin(stepSize: 0.05, schedule: FlowSchedule(onset: 1, timeStep: 0.01), runLength: 6, box: 0.5...0.75)
        let potential = QuarticPotential(dimension: 3)
        func buffers() -> ChainBuffers { KernelTests.buffers(kernel, chains: 5, dimension: 3) }
        let (whole, parts) = (buffers(), buffers())
        kernel.run(whole, steps: 6, noise: KernelChecks.noise, in: potential)
        kernel.run(parts, steps: 4, noise: KernelChecks.noise, in: potential)
        #expect(parts.positions.values.contains { $0 < 0.5 })
        kernel.after(steps: 4).run(parts, steps: 2, noise: KernelChecks.noise, in: potential)
        #expect(parts.positions.values == whole.positions.values)
        #expect(whole.positions.values.allSatisfy { (0.5...0.75).contains($0) })
        // With the schedule behind it a chain is warm.
        let (cold, warm) = (buffers(), buffers())
        kernel.run(cold, steps: 1, noise: KernelChecks.noise, in: potential)
        kernel.after(steps: 100).run(warm, steps: 1, noise: KernelChecks.noise, in: potential)
        #expect(cold.positions.values != warm.positions.values)
    }
}

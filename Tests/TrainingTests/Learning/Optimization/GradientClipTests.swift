import Learning
import Testing
import Training

/// Limits are applied where they should be and nowhere else.
struct GradientClipTests {
    static let optimizer = Optimizer(.adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), groups: [.init(0..<3)])

    @Test func `a gradient beyond the norm is scaled to it, one within stays, and the norm before is reported`() throws {
        var gradient: [Float] = [3, 0, -4]
        #expect(try GradientClip(norm: 1).apply(to: &gradient, optimizer: Self.optimizer) == 5)
        for (value, expected) in zip(gradient, [Float(0.6), 0, -0.8]) { #expect(abs(value - expected) < 1e-7) }
        gradient = [3, 0, -4]
        #expect(try GradientClip(norm: 5).apply(to: &gradient, optimizer: Self.optimizer) == 5)
        #expect(gradient == [3, 0, -4])
        #expect(try GradientClip().apply(to: &gradient, optimizer: Self.optimizer) == 5)
        #expect(gradient == [3, 0, -4])
    }

    @Test func `elements are limited to σ √v̂ of the steps before; the first step has no limit`() throws {
        var optimizer = Self.optimizer
        var parameters: [Float] = [0, 0, 0]
        var gradient: [Float] = [1, -2, 50]
        let clip = GradientClip(sigma: 3)
        _ = try clip.apply(to: &gradient, optimizer: optimizer)
        #expect(gradient == [1, -2, 50])
        optimizer.update(&parameters, gradient: [1, -2, 50], learningRate: 0.1)
        // One step: v = 0.01 g², v̂ = g².
        gradient = [2.9, 100, -151]
        let before = try clip.apply(to: &gradient, optimizer: optimizer)
        #expect(abs(before - (2.9 * 2.9 + 100 * 100 + 151 * 151).squareRoot()) < 1e-4)
        for (value, expected) in zip(gradient, [Float(2.9), 6, -150]) { #expect(abs(value - expected) < 1e-4) }
    }

    @Test func `a margin is added to σ √v̂, which is 0 before the first step`() throws {
        var optimizer = Self.optimizer
        var parameters: [Float] = [0, 0, 0]
        let clip = GradientClip(sigma: 3, margin: 0.5)
        var gradient: [Float] = [0.25, -2, 50]
        _ = try clip.apply(to: &gradient, optimizer: optimizer)
        #expect(gradient == [0.25, -0.5, 0.5])
        optimizer.update(&parameters, gradient: [1, -2, 50], learningRate: 0.1)
        gradient = [3.4, 100, -151]
        _ = try clip.apply(to: &gradient, optimizer: optimizer)
        for (value, expected) in zip(gradient, [Float(3.4), 6.5, -150.5]) { #expect(abs(value - expected) < 1e-4) }
    }

    @Test func `both limits: elements first, then the norm of what they leave`() throws {
        var optimizer = Optimizer(.adam(beta1: 0, beta2: 0.5, epsilon: 1e-8), groups: [.init(0..<2)])
        var parameters: [Float] = [0, 0]
        optimizer.update(&parameters, gradient: [1, 1], learningRate: 0.1)
        var gradient: [Float] = [1000, 0]
        _ = try GradientClip(norm: 1, sigma: 2).apply(to: &gradient, optimizer: optimizer)
        #expect(abs(gradient[0] - 1) < 1e-6 && gradient[1] == 0)
    }
}

/// Learning rates at points that are known.
struct LearningRateScheduleTests {
    @Test func `the warm-up rises linearly to the base rate`() {
        let schedule = LearningRateSchedule(base: 0.8, warmup: 4)
        #expect((0..<6).map { schedule.rate(at: $0) } == [0.2, 0.4, 0.6, 0.8, 0.8, 0.8].map { Float($0) })
        #expect(LearningRateSchedule(base: 0.8).rate(at: 0) == 0.8)
    }

    @Test func `the step schedule multiplies after every so many steps`() {
        let schedule = LearningRateSchedule(base: 1, shape: .step(every: 10, factor: 0.5))
        #expect([0, 9, 10, 19, 20, 39].map { schedule.rate(at: $0) } == [1, 1, 0.5, 0.5, 0.25, 0.125])
    }

    @Test func `the cosine starts at the base rate after the warm-up, is half way in the middle, and stays at the final rate`() {
        let schedule = LearningRateSchedule(base: 1, shape: .cosine(final: 0.2, steps: 110), warmup: 10)
        for (step, expected) in [(9, Float(1)), (10, 1), (60, 0.6), (110, 0.2), (1_000_000, 0.2)] {
            #expect(abs(schedule.rate(at: step) - expected) < 1e-6, "step \(step)")
        }
        let short = LearningRateSchedule(base: 1, shape: .cosine(final: 0.2, steps: 5), warmup: 10)
        #expect(short.rate(at: 9) == 1 && short.rate(at: 10) == 0.2, "a cosine that ends before the warm-up is over")
        // Half a cosine at a third: (1 + cos(π/3))/2 = 0.75.
        let third = LearningRateSchedule(base: 1, shape: .cosine(final: 0, steps: 300)).rate(at: 100)
        #expect(abs(third - 0.75) < 1e-6)
        // A warm-up as long as the schedule: nothing decays, what follows has the final rate.
        #expect(LearningRateSchedule(base: 1, shape: .cosine(final: 0, steps: 5), warmup: 5).rate(at: 5) == 0)
    }
}

import Foundation
import Numerics
import Testing

/// The kernels against `Double` libm over bit patterns of the whole range, and their special values.
///
/// The bounds in the doc comments held for every seventh pattern (EBM_DIST_SWEEP_STRIDE=7, some minutes); the default stride takes
/// seconds. Strides are odd, so that the low bits vary.
struct VectorMathTests {
    typealias Kernel = @Sendable (SIMD16<Float>) -> SIMD16<Float>

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let kernel: Kernel
        let scalar: @Sendable (Float) -> Float
        let reference: @Sendable (Double) -> Double
        /// The stated error bound in ulp of the exact result.
        let bound: Double
        /// The stated bound of the relative error below zero, where it is another.
        var relativeBelowZero: (@Sendable (Double) -> Double)?
        var lower = -Float.greatestFiniteMagnitude
        var upper = Float.greatestFiniteMagnitude
        var testDescription: String { name }

        /// The error bound at x in ulp of the exact result.
        func allowed(_ x: Double, exact: Double) -> Double {
            guard x < 0, let relativeBelowZero else { return bound }
            return relativeBelowZero(x) * abs(exact) / (exact.binade * 0x1p-23)
        }
    }

    static let cases = [
        Case(name: "exp", kernel: { VectorMath.exp($0) }, scalar: { VectorMath.exp($0) }, reference: { exp($0) }, bound: 1),
        Case(name: "log", kernel: { VectorMath.log($0) }, scalar: { VectorMath.log($0) }, reference: { log($0) }, bound: 1, lower: 0),
        Case(
            name: "sin", kernel: { VectorMath.sin($0) }, scalar: { VectorMath.sin($0) }, reference: { sin($0) }, bound: 1.6, lower: -65536,
            upper: 65536),
        Case(
            name: "cos", kernel: { VectorMath.cos($0) }, scalar: { VectorMath.cos($0) }, reference: { cos($0) }, bound: 1.6, lower: -65536,
            upper: 65536),
        Case(
            name: "logistic", kernel: { VectorMath.logistic($0) }, scalar: { VectorMath.logistic($0) },
            reference: { 1 / (1 + exp(-$0)) }, bound: 1.7, relativeBelowZero: { 1.6e-7 - 8e-8 * $0 }),
        Case(name: "tanh", kernel: { VectorMath.tanh($0) }, scalar: { VectorMath.tanh($0) }, reference: { tanh($0) }, bound: 1.5),
        Case(
            name: "softplus", kernel: { VectorMath.softplus($0) }, scalar: { VectorMath.softplus($0) },
            reference: { max($0, 0) + log1p(exp(-abs($0))) }, bound: 2.5),
    ]

    @Test(arguments: cases)
    func `errors stay within the stated bound`(_ test: Case) {
        let step = UInt64(ProcessInfo.processInfo.environment["EBM_DIST_SWEEP_STRIDE"] ?? "") ?? 409
        var worst = 0.0
        var place: Float = 0
        var pattern: UInt64 = 0
        var x = SIMD16<Float>(repeating: 0)
        while pattern < 1 << 32 {
            for lane in 0..<16 {
                let value = Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
                x[lane] = value >= test.lower && value <= test.upper ? value : max(test.lower, 1)
                pattern += step
            }
            let y = test.kernel(x)
            for lane in 0..<16 {
                let exact = test.reference(Double(x[lane]))
                let (error, allowed) = (Self.error(of: y[lane], exact: exact), test.allowed(Double(x[lane]), exact: exact))
                let share = error == 0 ? 0 : error / allowed
                if !(share <= worst) { (worst, place) = (share, x[lane]) }
            }
        }
        #expect(worst <= 1, "\(test.name)(\(place)) is off by \(worst) times what is stated")
    }

    /// |computed - exact| in units in the last place of the exact value; zero for results that may be flushed or overflow.
    static func error(of computed: Float, exact: Double) -> Double {
        if abs(exact) < Double(Float.leastNormalMagnitude) {
            return abs(Double(computed)) <= Double(Float.leastNormalMagnitude) ? 0 : .infinity
        }
        if abs(exact) >= 0x1.ffffffp+127 { return Double(computed) == (exact < 0 ? -.infinity : .infinity) ? 0 : .infinity }
        return abs(Double(computed) - exact) / (exact.binade * 0x1p-23).magnitude
    }

    @Test(arguments: cases)
    func `the scalar form is lane 0 of the vector form`(_ test: Case) {
        var pattern: UInt32 = 12345
        for _ in 0..<20000 {
            let x = Float(bitPattern: pattern)
            var lanes = SIMD16<Float>(repeating: 1)
            lanes[0] = x
            #expect(test.scalar(x).bitPattern == test.kernel(lanes)[0].bitPattern)
            pattern = pattern &* 1_664_525 &+ 1_013_904_223
        }
    }

    @Test(arguments: cases)
    func `a lane depends on no other lane`(_ test: Case) {
        let mixed = SIMD16<Float>(0, -0.0, .nan, .infinity, -.infinity, 1, -1, 0.1, 88, -88, 0x1p-140, 1e30, -1e30, 0.7, 3, -3)
        let result = test.kernel(mixed)
        for lane in 0..<16 {
            let alone = test.kernel(SIMD16(repeating: mixed[lane]))
            for other in 0..<16 { #expect(alone[other].bitPattern == result[lane].bitPattern) }
        }
    }

    @Test(arguments: cases)
    func `NaN stays NaN, whatever its payload`(_ test: Case) {
        for pattern: UInt32 in [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0x7fff_ffff, 0xffff_ffff, 0x7fc1_2345, 0x7fc0_0100] {
            #expect(test.scalar(Float(bitPattern: pattern)).isNaN)
        }
    }

    @Test func `exp at its limits: overflow, underflow, zero`() {
        #expect(VectorMath.exp(Float.infinity) == .infinity)
        #expect(VectorMath.exp(-Float.infinity) == 0)
        #expect(VectorMath.exp(Float(0)) == 1)
        #expect(VectorMath.exp(Float(-0.0)) == 1)
        let highest: Float = 0x1.62e42ep+6
        #expect(VectorMath.exp(highest).isFinite)
        #expect(VectorMath.exp(highest.nextUp) == .infinity)
        let lowest: Float = -0x1.5d589ep+6
        #expect(VectorMath.exp(lowest).isNormal)
        #expect(VectorMath.exp(lowest.nextDown) == 0)
        #expect(VectorMath.exp(-Float.greatestFiniteMagnitude) == 0)
    }

    @Test func `log of zero, of negative numbers, of one, of infinity and of subnormal numbers`() {
        #expect(VectorMath.log(Float(0)) == -.infinity)
        #expect(VectorMath.log(Float(-0.0)) == -.infinity)
        #expect(VectorMath.log(Float(-1)).isNaN)
        #expect(VectorMath.log(-Float.leastNonzeroMagnitude).isNaN)
        #expect(VectorMath.log(-Float.infinity).isNaN)
        #expect(VectorMath.log(Float.infinity) == .infinity)
        #expect(VectorMath.log(Float(1)).bitPattern == 0)
        #expect(abs(VectorMath.log(Float.leastNonzeroMagnitude) + 103.27893) < 1e-4)
    }

    @Test func `sin and cos of zero, of infinity and next to the zeros`() {
        #expect(VectorMath.sin(Float(0)) == 0 && VectorMath.cos(Float(0)) == 1)
        #expect(VectorMath.sin(Float.infinity).isNaN && VectorMath.cos(-Float.infinity).isNaN)
        // Floats next to multiples of π/2 up to the end of the stated range: the results are small and must keep their relative error.
        for multiple in 1...41721 {
            let x = Float(Double(multiple) * .pi / 2)
            #expect(Self.error(of: VectorMath.sin(x), exact: sin(Double(x))) <= 1.6)
            #expect(Self.error(of: VectorMath.cos(x), exact: cos(Double(x))) <= 1.6)
        }
    }

    @Test func `softplus with its slope has the value of softplus and the slope of the logistic function`() {
        for step in -20_000...20_000 {
            let x = Float(step) * 0.005
            let (value, slope) = VectorMath.softplusAndSlope(SIMD16<Float>(repeating: x))
            #expect(value[3] == VectorMath.softplus(x))
            let exact = 1 / (1 + Foundation.exp(-Double(x)))
            // Three units in the last place; below the smallest normal number results are zero.
            #expect(abs(Double(slope[3]) - exact) <= 3 * 0x1p-23 * exact + 1.2e-38, "\(x)")
        }
        let nan = VectorMath.softplusAndSlope(SIMD16<Float>(repeating: .nan))
        #expect(nan.value[0].isNaN)
        let (low, high) = (
            VectorMath.softplusAndSlope(SIMD16<Float>(repeating: -.infinity)),
            VectorMath.softplusAndSlope(SIMD16<Float>(repeating: .infinity))
        )
        #expect(low.value[0] == 0 && low.slope[0] == 0 && high.value[0] == .infinity && high.slope[0] == 1)
    }

    @Test func `logistic, tanh and softplus saturate without NaN`() {
        #expect(VectorMath.logistic(Float.infinity) == 1 && VectorMath.logistic(-Float.infinity) == 0)
        #expect(VectorMath.logistic(Float(0)) == 0.5)
        #expect(VectorMath.logistic(Float.greatestFiniteMagnitude) == 1 && VectorMath.logistic(-Float.greatestFiniteMagnitude) == 0)
        #expect(VectorMath.tanh(Float.infinity) == 1 && VectorMath.tanh(-Float.infinity) == -1)
        #expect(VectorMath.tanh(Float(-0.0)).bitPattern == Float(-0.0).bitPattern)
        #expect(VectorMath.tanh(Float(1e30)) == 1 && VectorMath.tanh(Float(-1e30)) == -1)
        #expect(VectorMath.softplus(Float.infinity) == .infinity && VectorMath.softplus(-Float.infinity) == 0)
        #expect(VectorMath.softplus(Float(1e30)) == 1e30 && VectorMath.softplus(Float(-1e30)) == 0)
    }
}

import Foundation
import Model

/// Activations in Double with libm, and how far a float computation of them can be off.
extension Activation {
    var reference: (value: (Double) -> Double, slope: (Double) -> Double) {
        switch self {
        case .silu:
            ({ $0 * logistic($0) }, { logistic($0) * (1 + $0 * logistic(-$0)) })
        case .softplus:
            ({ max($0, 0) + log1p(exp(-abs($0))) }, { logistic($0) })
        case .relu:
            ({ max($0, 0) }, { $0 > 0 ? 1 : 0 })
        case .tanh:
            ({ Foundation.tanh($0) }, { 1 - Foundation.tanh($0) * Foundation.tanh($0) })
        case .leakyReLU(let a):
            ({ $0 > 0 ? $0 : Double(a) * $0 }, { $0 > 0 ? 1 : Double(a) })
        case .elu(let a):
            ({ $0 > 0 ? $0 : Double(a) * expm1($0) }, { $0 > 0 ? 1 : Double(a) * exp($0) })
        }
    }

    /// Largest slope, largest curvature away from a kink, jump of the slope at the kink at 0.
    private var constants: (slope: Double, curvature: Double, jump: Double) {
        switch self {
        case .silu: (1.1, 0.5, 0)
        case .softplus: (1, 0.25, 0)
        case .relu: (1, 0, 1)
        case .tanh: (1, 0.77, 0)
        case .leakyReLU(let a): (max(1, abs(Double(a))), 0, abs(1 - Double(a)))
        case .elu(let a): (max(1, abs(Double(a))), abs(Double(a)), abs(1 - Double(a)))
        }
    }

    /// The errors of the kernels at an exact argument: eight units (exp and a handful of operations, each good to a unit or two) of
    /// the largest intermediate value: the value itself, the constant 1 or alpha that is subtracted, x for SiLU's slope. The relative error of the
    /// logistic function grows below zero (`VectorMath.logistic`).
    private func kernelErrors(_ x: Double, _ value: Double) -> (value: Double, slope: Double) {
        let units = 8 * Bounded.unit
        return switch self {
        case .silu: ((units + 8e-8 * max(0, -x)) * abs(value), units * (1 + abs(value)))
        case .softplus, .tanh: (units * abs(value), units)
        case .relu, .leakyReLU: (Bounded.unit * abs(value), 0)
        case .elu(let a): (units * (abs(value) + abs(Double(a))), units * abs(Double(a)))
        }
    }

    /// Value and slope at an argument that is itself uncertain: the mean value theorem, and the jump where the kink is in reach.
    func apply(_ x: Bounded) -> (value: Bounded, slope: Bounded) {
        let (value, slope) = (reference.value(x.value), reference.slope(x.value))
        let kernel = kernelErrors(x.value, value)
        let inReach = x.error > 0 && abs(x.value) <= x.error
        return (
            Bounded(value, error: constants.slope * x.error + kernel.value + Bounded.tiny),
            Bounded(slope, error: constants.curvature * x.error + kernel.slope + (inReach ? constants.jump : 0) + Bounded.tiny)
        )
    }
}

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

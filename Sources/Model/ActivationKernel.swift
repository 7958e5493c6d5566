import Numerics

/// The vectorised form of an activation: sixteen values at a time, and their slopes.
protocol ActivationKernel {
    func value(_ x: Lanes) -> Lanes
    func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes)
    /// The first three derivatives; at a kink those of the side that the slope is of.
    func derivatives(_ x: Lanes) -> Derivatives
}

/// The first three derivatives of an activation.
struct Derivatives {
    var first: Lanes
    var second: Lanes
    var third: Lanes

    /// Of a function that is linear here.
    @inline(__always) init(slope: Lanes) {
        (first, second, third) = (slope, .zero, .zero)
    }

    @inline(__always) init(_ first: Lanes, _ second: Lanes, _ third: Lanes) {
        (self.first, self.second, self.third) = (first, second, third)
    }

    /// Of the logistic function of which `s` is the value: s(1 - s), that times 1 - 2s, and the next.
    @inline(__always) static func logistic(_ s: Lanes) -> Derivatives {
        let first = s * (1 - s)
        return Derivatives(first, first * (1 - 2 * s), first * (1 - 6 * first))
    }
}

/// Does nothing: for a linear map without activation.
struct IdentityKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { x }
    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) { (x, Lanes(repeating: 1)) }
    @inline(__always) func derivatives(_ x: Lanes) -> Derivatives { Derivatives(slope: Lanes(repeating: 1)) }
}

struct SiLUKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { x * VectorMath.logistic(x) }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let s = VectorMath.logistic(x)
        let value = x * s
        // s (1 + x (1 - s)) with x s at hand
        return (value, s.addingProduct(value, 1 - s))
    }

    // The n-th derivative of x s is n times the one of s before, and x times the n-th of s.
    @inline(__always) func derivatives(_ x: Lanes) -> Derivatives {
        let s = VectorMath.logistic(x)
        let d = Derivatives.logistic(s)
        return Derivatives(s + x * d.first, 2 * d.first + x * d.second, 3 * d.second + x * d.third)
    }
}

struct SoftplusKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { VectorMath.softplus(x) }
    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) { VectorMath.softplusAndSlope(x) }

    @inline(__always) func derivatives(_ x: Lanes) -> Derivatives {
        let s = VectorMath.logistic(x)
        let d = Derivatives.logistic(s)
        return Derivatives(s, d.first, d.second)
    }
}

struct TanhKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { VectorMath.tanh(x) }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let value = VectorMath.tanh(x)
        return (value, 1 - value * value)
    }

    @inline(__always) func derivatives(_ x: Lanes) -> Derivatives {
        let value = VectorMath.tanh(x)
        let slope = 1 - value * value
        return Derivatives(slope, -2 * value * slope, slope * (4 - 6 * slope))
    }
}

/// ReLU (`below` = 0) and leaky ReLU.
struct LeakyKernel: ActivationKernel {
    let below: Float

    // x * 1 for positive x: one product for both sides keeps NaN, where a comparison alone would lose it
    @inline(__always) func value(_ x: Lanes) -> Lanes { valueAndSlope(x).value }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let slope = Lanes(repeating: below).replacing(with: 1, where: x .> 0)
        return (x * slope, slope)
    }

    @inline(__always) func derivatives(_ x: Lanes) -> Derivatives { Derivatives(slope: valueAndSlope(x).slope) }
}

struct ELUKernel: ActivationKernel {
    let alpha: Float

    @inline(__always) func value(_ x: Lanes) -> Lanes { valueAndSlope(x).value }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let exponential = alpha * VectorMath.exp(x.replacing(with: 0, where: x .> 0))
        let positive = x .> 0
        return ((exponential - alpha).replacing(with: x, where: positive), exponential.replacing(with: 1, where: positive))
    }

    @inline(__always) func derivatives(_ x: Lanes) -> Derivatives {
        let positive = x .> 0
        let exponential = alpha * VectorMath.exp(x.replacing(with: 0, where: positive))
        let curved = exponential.replacing(with: 0, where: positive)
        return Derivatives(exponential.replacing(with: 1, where: positive), curved, curved)
    }
}

/// Something generic in the kernel of an activation, specialised for each.
protocol KernelUser {
    func use<Kernel: ActivationKernel>(_ kernel: Kernel)
}

extension Activation? {
    /// Calls `user` with the kernel of the activation, or with the identity.
    func withKernel(_ user: some KernelUser) {
        switch self {
        case nil: user.use(IdentityKernel())
        case .silu: user.use(SiLUKernel())
        case .softplus: user.use(SoftplusKernel())
        case .relu: user.use(LeakyKernel(below: 0))
        case .tanh: user.use(TanhKernel())
        case .leakyReLU(let slope): user.use(LeakyKernel(below: slope))
        case .elu(let alpha): user.use(ELUKernel(alpha: alpha))
        }
    }
}

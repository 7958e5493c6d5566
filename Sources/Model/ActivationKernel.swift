import Numerics

/// The vectorised form of an activation: sixteen values at a time, and their slopes.
protocol ActivationKernel {
    func value(_ x: Lanes) -> Lanes
    func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes)
}

/// Does nothing: for a linear map without activation.
struct IdentityKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { x }
    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) { (x, Lanes(repeating: 1)) }
}

struct SiLUKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { x * VectorMath.logisticOfNumber(x) }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let s = VectorMath.logisticOfNumber(x)
        let value = x * s
        // s (1 + x (1 - s)) with x s at hand
        return (value, s + value * (1 - s))
    }
}

struct SoftplusKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { VectorMath.softplus(x) }
    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) { (VectorMath.softplus(x), VectorMath.logistic(x)) }
}

struct TanhKernel: ActivationKernel {
    @inline(__always) func value(_ x: Lanes) -> Lanes { VectorMath.tanh(x) }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let value = VectorMath.tanh(x)
        return (value, 1 - value * value)
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
}

struct ELUKernel: ActivationKernel {
    let alpha: Float

    @inline(__always) func value(_ x: Lanes) -> Lanes { valueAndSlope(x).value }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let exponential = alpha * VectorMath.exp(x.replacing(with: 0, where: x .> 0))
        let positive = x .> 0
        return ((exponential - alpha).replacing(with: x, where: positive), exponential.replacing(with: 1, where: positive))
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

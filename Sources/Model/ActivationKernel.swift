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
    @inline(__always) func value(_ x: Lanes) -> Lanes { x * VectorMath.logistic(x) }

    @inline(__always) func valueAndSlope(_ x: Lanes) -> (value: Lanes, slope: Lanes) {
        let s = VectorMath.logistic(x)
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

/// What a stage does to the output of its linear map while that is still in the cache.
enum Epilogue {
    case none
    /// y = activation(y + bias), a bias per column; the slope at y + bias into `slopes` when there is one.
    case activate(bias: Matrix?, activation: Activation?, slopes: Matrix?)
    /// y = y * factors, element by element: the chain rule through the activation below.
    case multiply(by: Matrix)

    /// Applies it to `y`, which holds some rows of the whole output from row `start`; slopes and factors belong to the whole output.
    func apply(to y: Matrix, startingAt start: Int = 0) {
        let range = start..<(start + y.rows)
        switch self {
        case .none: break
        case .multiply(let factors): Elementwise.multiply(y, by: factors.rows(range))
        case .activate(let bias, let activation, let slopes):
            let slopes = slopes?.rows(range)
            switch activation {
            case nil: Elementwise.activate(y, bias, IdentityKernel(), slopes)
            case .silu: Elementwise.activate(y, bias, SiLUKernel(), slopes)
            case .softplus: Elementwise.activate(y, bias, SoftplusKernel(), slopes)
            case .relu: Elementwise.activate(y, bias, LeakyKernel(below: 0), slopes)
            case .tanh: Elementwise.activate(y, bias, TanhKernel(), slopes)
            case .leakyReLU(let slope): Elementwise.activate(y, bias, LeakyKernel(below: slope), slopes)
            case .elu(let alpha): Elementwise.activate(y, bias, ELUKernel(alpha: alpha), slopes)
            }
        }
    }
}

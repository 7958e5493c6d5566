import Numerics

/// A function of one value that formulas know. The elementary ones are those of the program, with the same bits on every machine.
enum FormulaFunction: String, CaseIterable, Sendable {
    case sin, cos, exp, log, sqrt, tanh, abs, softplus

    typealias Vector = VectorMath.Vector

    func value(_ x: Vector) -> Vector {
        switch self {
        case .sin: VectorMath.sin(x)
        case .cos: VectorMath.cos(x)
        case .exp: VectorMath.exp(x)
        case .log: VectorMath.log(x)
        case .sqrt: x.squareRoot()
        case .tanh: VectorMath.tanh(x)
        case .abs: x.replacing(with: -x, where: x .< 0)
        case .softplus: VectorMath.softplus(x)
        }
    }

    /// Of a constant.
    func value(_ x: Double) -> Double { Double(value(Vector(repeating: Float(x)))[0]) }

    /// The derivative at x, where the function has the value y.
    func slope(_ x: Vector, value y: Vector) -> Vector {
        switch self {
        case .sin: VectorMath.cos(x)
        case .cos: -VectorMath.sin(x)
        case .exp: y
        case .log: 1 / x
        case .sqrt: 0.5 / y
        case .tanh: 1 - y * y
        case .abs: Vector(repeating: 0).replacing(with: 1, where: x .> 0).replacing(with: -1, where: x .< 0)
        case .softplus: VectorMath.logistic(x)
        }
    }
}

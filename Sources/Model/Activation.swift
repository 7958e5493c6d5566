/// An elementwise function between the linear maps of a network.
///
/// | case | value | slope |
/// | --- | --- | --- |
/// | `silu` | x s(x), s(x) = 1/(1 + e⁻ˣ) | s (1 + x (1 - s)) |
/// | `softplus` | log(1 + eˣ) | s(x) |
/// | `relu` | max(x, 0) | 1 for x > 0, else 0 |
/// | `tanh` | tanh x | 1 - tanh² x |
/// | `leakyReLU(a)` | x for x > 0, else a x | 1 for x > 0, else a |
/// | `elu(a)` | x for x > 0, else a (eˣ - 1) | 1 for x > 0, else a eˣ |
///
/// NaN stays NaN in the value. The slopes at kinks are PyTorch's.
public enum Activation: Hashable, Sendable {
    case silu
    case softplus
    case relu
    case tanh
    case leakyReLU(slope: Float)
    case elu(alpha: Float)

    /// The words of the activations, in configurations and in descriptions of networks.
    public enum Kind: String, CaseIterable, Codable, Sendable { case silu, softplus, relu, leakyReLU, tanh, elu }

    /// - Parameter parameter: slope of a leaky ReLU, α of an ELU; of no meaning for the others.
    public init(_ kind: Kind, parameter: Float) {
        switch kind {
        case .silu: self = .silu
        case .softplus: self = .softplus
        case .relu: self = .relu
        case .leakyReLU: self = .leakyReLU(slope: parameter)
        case .tanh: self = .tanh
        case .elu: self = .elu(alpha: parameter)
        }
    }

    public var kind: Kind {
        switch self {
        case .silu: .silu
        case .softplus: .softplus
        case .relu: .relu
        case .leakyReLU: .leakyReLU
        case .tanh: .tanh
        case .elu: .elu
        }
    }
}

extension Activation.Kind {
    /// Whether second derivatives say something: those of a piecewise linear function vanish wherever they exist.
    public var isSmooth: Bool { self != .relu && self != .leakyReLU }
}

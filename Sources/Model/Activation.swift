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
}

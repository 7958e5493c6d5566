import Numerics

/// What a stage does to the output of its linear map while that is still in registers or cache.
enum Epilogue {
    case none
    case activate(Activating)
    /// y = y * factors, element by element: the chain rule through the activation below.
    case multiply(by: Matrix)

    /// y = activation(y + bias), a bias per column; the slope at y + bias into `slopes` when there is one. (A tuple of these would be destroyed by
    /// way of its metadata, which are looked up each time.)
    struct Activating {
        let bias: Matrix
        let activation: Activation?
        let slopes: Matrix?
    }

    static func activate(bias: Matrix, activation: Activation?, slopes: Matrix?) -> Epilogue {
        .activate(Activating(bias: bias, activation: activation, slopes: slopes))
    }

    /// Applies it to `y`, which holds some rows of the whole output from row `start`; slopes and factors belong to the whole output and
    /// may be divided into other rows, as may biases: they count the columns of a position.
    func apply(to y: Matrix, startingAt start: Int = 0) {
        func part(of whole: Matrix) -> Matrix { whole.view(from: start * y.columns, rows: y.rows, columns: y.columns) }
        switch self {
        case .none: break
        case .multiply(let factors): Elementwise.multiply(y, by: part(of: factors), into: y)
        case .activate(let whole):
            let positions = y.reshaped(rows: y.count / whole.bias.count, columns: whole.bias.count)
            Elementwise.activate(positions, bias: whole.bias, whole.activation, slopes: whole.slopes.map { part(of: $0) })
        }
    }
}

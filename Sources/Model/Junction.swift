import Numerics

/// What a node makes of two values, in front of its activation.
enum Junction: Sendable {
    /// first + second, of one shape.
    case sum
    /// One value of the two.
    case innerProduct(InnerProduct)

    /// One of the two values.
    enum Operand: Sendable { case first, second }

    func join(_ first: Matrix, _ second: Matrix, into result: Matrix) {
        switch self {
        case .sum: Elementwise.add(first, second, scale: 1, into: result)
        case .innerProduct(let product): product.multiply(first, second, into: result)
        }
    }

    /// The gradient with respect to one of the two values, of which the other one is given.
    func pullBack(_ delta: Matrix, to operand: Operand, other: Matrix, into gradient: Matrix) {
        switch self {
        case .sum: gradient.copy(from: delta)
        case .innerProduct(let product): product.pullBack(delta, to: operand, other: other, into: gradient)
        }
    }

    // Along lines a value stands with its derivatives, of which the last may be left out where they vanish, as in `Stage`.

    func joinAlongLine(_ first: [Matrix], _ second: [Matrix], into results: [Matrix]) {
        guard case .innerProduct(let product) = self else {
            for (order, result) in results.enumerated() {
                if order < first.count { result.copy(from: first[order]) } else { result.fill(0) }
                if order < second.count { Elementwise.add(result, second[order], scale: 1, into: result) }
            }
            return
        }
        product.multiplyAlongLine(first, second, into: results)
    }

    /// As many gradients of the value and its derivatives as are wanted.
    func pullBackAlongLine(_ deltas: [Matrix], to operand: Operand, other: [Matrix], into gradients: [Matrix]) {
        switch self {
        case .sum: for (delta, gradient) in zip(deltas, gradients) { gradient.copy(from: delta) }
        case .innerProduct(let product): product.pullBackAlongLine(deltas, to: operand, other: other, into: gradients)
        }
    }
}

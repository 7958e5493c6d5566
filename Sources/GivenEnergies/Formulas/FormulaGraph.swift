/// A formula as operations on earlier values, each of them once: what stands in it twice is computed once.
struct FormulaGraph: Sendable {
    /// The value of a node; operands are numbers of earlier nodes.
    enum Node: Hashable, Sendable {
        case constant(Double)
        case coordinate(Int)
        case add(Int, Int)
        case subtract(Int, Int)
        case multiply(Int, Int)
        case divide(Int, Int)
        case apply(FormulaFunction, Int)
    }

    /// More than this is no small thing any more.
    static let mostNodes = 1 << 16

    private(set) var nodes: [Node] = []
    private var known: [Node: Int] = [:]

    /// The number of a node's value: of the earlier one where there is the same, of a constant where all operands are constants.
    mutating func add(_ node: Node) -> Int {
        let node = folded(node)
        if let place = known[node] { return place }
        nodes.append(node)
        known[node] = nodes.count - 1
        return nodes.count - 1
    }

    /// The value of a node that depends on no coordinate; nil for others.
    func constant(_ place: Int) -> Double? { if case .constant(let value) = nodes[place] { value } else { nil } }

    private func folded(_ node: Node) -> Node {
        func fold(_ a: Int, _ b: Int, _ f: (Double, Double) -> Double) -> Node {
            guard let first = constant(a), let second = constant(b) else { return node }
            return .constant(f(first, second))
        }
        switch node {
        case .constant, .coordinate: return node
        case .add(let a, let b): return constant(a) == 0 ? nodes[b] : constant(b) == 0 ? nodes[a] : fold(a, b, +)
        case .subtract(let a, let b): return constant(b) == 0 ? nodes[a] : fold(a, b, -)
        case .multiply(let a, let b): return constant(a) == 1 ? nodes[b] : constant(b) == 1 ? nodes[a] : fold(a, b, *)
        case .divide(let a, let b): return constant(b) == 1 ? nodes[a] : fold(a, b, /)
        case .apply(let function, let a): return constant(a).map { .constant(function.value($0)) } ?? node
        }
    }
}

extension FormulaGraph {
    /// base^exponent: whole exponents by products, others by exp and log, where the base has to be positive.
    mutating func power(_ base: Int, _ exponent: Int) -> Int {
        guard let number = constant(exponent) else {
            let logarithm = add(.apply(.log, base))
            return add(.apply(.exp, add(.multiply(exponent, logarithm))))
        }
        if number == 0.5 { return add(.apply(.sqrt, base)) }
        guard number == number.rounded(), abs(number) <= 64 else {
            let logarithm = add(.apply(.log, base))
            return add(.apply(.exp, add(.multiply(add(.constant(number)), logarithm))))
        }
        let whole = wholePower(base, Int(abs(number)))
        return number < 0 ? add(.divide(add(.constant(1)), whole)) : whole
    }

    private mutating func wholePower(_ base: Int, _ exponent: Int) -> Int {
        switch exponent {
        case 0: return add(.constant(1))
        case 1: return base
        default:
            let half = wholePower(base, exponent / 2)
            let square = add(.multiply(half, half))
            return exponent % 2 == 0 ? square : add(.multiply(square, base))
        }
    }
}

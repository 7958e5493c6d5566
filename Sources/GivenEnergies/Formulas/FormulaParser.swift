import Failures

/// Reads a formula into a graph.
///
///     sum     = product { (+ | -) product }
///     product = sign { (* | /) sign }
///     sign    = { + | - } power
///     power   = value [ (^ | **) sign ]
///     value   = number | name | x[sum] | function(sum, ...) | sum(name, sum, sum, sum) | (sum)
///
/// A name is a coordinate, a parameter, `pi`, or the index of a sum around it. `sum(i, first, last, term)` adds the term for every whole number i; first, last
/// and what stands between brackets must be constants.
struct FormulaParser {
    private let text: String
    private let tokens: [FormulaToken]
    private let parameters: [String: Double]
    /// The names of the coordinates; empty: x0, x1, ...
    private let coordinates: [String]
    private var next = 0
    /// Indices of the sums around this place.
    private var indices: [String: Int] = [:]
    /// Parentheses and signs around this place.
    private var depth = 0
    private(set) var graph = FormulaGraph()
    /// One more than the greatest number of a coordinate.
    private(set) var dimension: Int
    private(set) var usedParameters: Set<String> = []

    private static let mostCoordinates = 1 << 16
    private static let deepest = 200

    init(_ text: String, parameters: [String: Double], coordinates: [String]) throws(Failure) {
        (self.text, self.parameters, self.coordinates) = (text, parameters, coordinates)
        dimension = coordinates.count
        tokens = try FormulaToken.all(of: text)
    }

    /// The place of the whole formula's value.
    mutating func parse() throws(Failure) -> Int {
        let value = try sum()
        guard token.kind == .end else { throw failure("expected an operator or the end, found \(token.text)", token) }
        return value
    }

    // MARK: grammar

    private mutating func sum() throws(Failure) -> Int {
        var value = try product()
        while let sign = take("+", "-") {
            let other = try product()
            value = try node(sign == "+" ? .add(value, other) : .subtract(value, other))
        }
        return value
    }

    private mutating func product() throws(Failure) -> Int {
        var value = try signed()
        while let sign = take("*", "/") {
            let other = try signed()
            value = try node(sign == "*" ? .multiply(value, other) : .divide(value, other))
        }
        return value
    }

    private mutating func signed() throws(Failure) -> Int {
        guard let sign = take("+", "-") else { return try power() }
        let value = try nested { (parser) throws(Failure) in try parser.signed() }
        return sign == "+" ? value : try node(.multiply(node(.constant(-1)), value))
    }

    private mutating func power() throws(Failure) -> Int {
        let base = try value()
        guard take("^") != nil else { return base }
        let exponent = try nested { (parser) throws(Failure) in try parser.signed() }
        return graph.power(base, exponent)
    }

    private mutating func value() throws(Failure) -> Int {
        let start = token
        switch start.kind {
        case .number(let number):
            next += 1
            return try node(.constant(number))
        case .sign("("):
            next += 1
            let inside = try nested { (parser) throws(Failure) in try parser.sum() }
            try expect(")")
            return inside
        case .name(let name):
            next += 1
            return try named(name, start)
        default: throw failure("expected a number, a name or '(', found \(start.text)", start)
        }
    }

    private mutating func named(_ name: String, _ start: FormulaToken) throws(Failure) -> Int {
        if take("(") != nil {
            let result = try nested { (parser) throws(Failure) in
                name == "sum" ? try parser.indexedSum() : try parser.call(name, start)
            }
            try expect(")")
            return result
        }
        if let index = indices[name] { return try node(.constant(Double(index))) }
        if name == "x", take("[") != nil {
            let place = try wholeNumber("the number of a coordinate") { $0 >= 0 && $0 < Self.mostCoordinates }
            try expect("]")
            return try coordinate(place, start)
        }
        if let place = coordinates.firstIndex(of: name) { return try node(.coordinate(place)) }
        if let value = parameters[name] {
            usedParameters.insert(name)
            return try node(.constant(value))
        }
        if name == "pi" { return try node(.constant(.pi)) }
        if coordinates.isEmpty, name.first == "x", let place = Int(name.dropFirst()), String(place) == name.dropFirst() {
            return try coordinate(place, start)
        }
        throw failure("unknown name '\(name)'.\(Spelling.hint(for: name, in: names)) Known: \(names.joined(separator: ", "))", start)
    }

    private mutating func call(_ name: String, _ start: FormulaToken) throws(Failure) -> Int {
        if name == "pow" {
            let base = try sum()
            try expect(",")
            return graph.power(base, try sum())
        }
        guard let function = FormulaFunction(rawValue: name) else {
            let all = Self.functions
            throw failure("unknown function '\(name)'.\(Spelling.hint(for: name, in: all)) Known: \(all.joined(separator: ", "))", start)
        }
        return try node(.apply(function, sum()))
    }

    /// sum(i, first, last, term): the term is read once for each i.
    private mutating func indexedSum() throws(Failure) -> Int {
        guard case .name(let index) = token.kind else { throw failure("expected the name of an index, found \(token.text)", token) }
        next += 1
        try expect(",")
        let first = try wholeNumber("the first index of a sum") { _ in true }
        try expect(",")
        let start = token
        let last = try wholeNumber("the last index of a sum") { _ in true }
        try expect(",")
        guard last >= first else { throw failure("expected a last index of at least \(first), found \(last)", start) }
        let (term, outer) = (next, indices[index])
        defer { indices[index] = outer }
        var total: Int?
        for number in first...last {
            (next, indices[index]) = (term, number)
            let value = try sum()
            total = try total.map { (total) throws(Failure) in try node(.add(total, value)) } ?? value
        }
        return total!
    }

    // MARK: parts

    private static let functions = FormulaFunction.allCases.map(\.rawValue) + ["pow", "sum"]

    private var names: [String] {
        (coordinates.isEmpty ? ["x0, x1, ..."] : coordinates) + parameters.keys.sorted() + indices.keys.sorted() + ["pi"]
    }

    private var token: FormulaToken { tokens[next] }

    /// The next sign, where it is one of these.
    private mutating func take(_ signs: Character...) -> Character? {
        guard case .sign(let sign) = token.kind, signs.contains(sign) else { return nil }
        next += 1
        return sign
    }

    private mutating func expect(_ sign: Character) throws(Failure) {
        guard take(sign) != nil else { throw failure("expected '\(sign)', found \(token.text)", token) }
    }

    private mutating func coordinate(_ place: Int, _ start: FormulaToken) throws(Failure) -> Int {
        let most = coordinates.isEmpty ? Self.mostCoordinates : coordinates.count
        guard place < most else { throw failure("expected a coordinate from x0 to x\(most - 1), found \(place)", start) }
        dimension = max(dimension, place + 1)
        return try node(.coordinate(place))
    }

    private mutating func wholeNumber(_ what: String, _ isAllowed: (Int) -> Bool) throws(Failure) -> Int {
        let start = token
        let place = try sum()
        guard let value = graph.constant(place), let number = Int(exactly: value), isAllowed(number) else {
            throw failure("expected \(what), a whole number, found \(graph.constant(place).map { "\($0)" } ?? "what depends on x")", start)
        }
        return number
    }

    private mutating func node(_ node: FormulaGraph.Node) throws(Failure) -> Int {
        guard graph.nodes.count < FormulaGraph.mostNodes else {
            throw failure("more than \(FormulaGraph.mostNodes) operations: write a library (energy.library)", token)
        }
        return graph.add(node)
    }

    private mutating func nested(_ body: (inout FormulaParser) throws(Failure) -> Int) throws(Failure) -> Int {
        guard depth < Self.deepest else { throw failure("more than \(Self.deepest) parentheses and signs in one another", token) }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private func failure(_ message: String, _ token: FormulaToken) -> Failure { FormulaToken.failure(message, text, at: token.place) }
}

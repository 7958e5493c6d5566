import Failures
import Foundation
import GivenEnergies
import Numerics
import Testing

/// What a formula means, and its derivatives.
struct FormulaEnergyTests {
    /// Energies and gradient at rows.
    private func evaluate(_ energy: FormulaEnergy, _ rows: [[Float]]) -> (energies: [Float], gradients: [[Float]]) {
        let x = Matrix(rows: rows.count, columns: energy.dimension, rows.flatMap { $0 })
        let (energies, gradient) = (Matrix(rows: rows.count, columns: 1), Matrix(rows: rows.count, columns: energy.dimension))
        energy.evaluate(x, energies: energies, gradient: gradient)
        return (energies.values, rows.indices.map { gradient.rows($0..<$0 + 1).values })
    }

    private func value(_ formula: String, _ x: [Float] = [0]) throws -> Float {
        // Every formula has a coordinate.
        try evaluate(FormulaEnergy("\(formula) + 0 * x0"), [x]).energies[0]
    }

    /// Formulas without coordinates and their values.
    private static let values: [(formula: String, value: Float)] = [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 - 3 - 4", -5), ("8 / 4 / 2", 1), ("2 ^ 3 ^ 2", 512), ("2 ** 3", 8), ("-2 ^ 2", -4),
        ("2 ^ -1", 0.5), ("- - 3", 3), ("1e-1 + .5", 0.6), ("pow(4, 0.5)", 2), ("abs(-3)", 3), ("sqrt(9)", 3), ("exp(0)", 1),
        ("log(exp(2))", 2), ("cos(pi)", -1), ("sin(pi / 2)", 1), ("tanh(0)", 0), ("softplus(0)", 0.693_147_2),
        ("pow(2, 2.5)", 5.656_854_2), ("sum(i, 1, 4, i ^ 2)", 30), ("sum(i, 0, 1, sum(j, i, 2, i + j))", 8),
    ]

    @Test func `operators and functions have their usual meaning`() throws {
        for (formula, expected) in Self.values {
            let found = try value(formula)
            #expect(abs(found - expected) <= 2e-6 * max(1, abs(expected)), "\(formula) = \(found)")
        }
    }

    @Test func `the gradient is the derivative of the energy, of every operation`() throws {
        let formula =
            "(x0^2 - 1)^2 + x1^2/2 + sin(x0*x1) + cos(x1) * exp(-x0) + log(2 + x2) * sqrt(1 + x2^2) - tanh(x0 - x1)/(3 + x2)"
            + " + abs(x1)^1.5 + softplus(x0 * x2) + pow(2 + x2, x0) + x[1 + 1]^-2 + sum(i, 0, 2, x[i]^3)"
        let energy = try FormulaEnergy(formula)
        #expect(energy.dimension == 3 && energy.coordinates == ["x0", "x1", "x2"])
        // Rows of more than one block, and a part of one.
        let points = (0..<37).map { (row: Int) -> [Float] in
            let place = Float(row)
            return [0.3 + 0.02 * place, -0.7 + 0.01 * place, 0.9 - 0.02 * Float(row % 20)]
        }
        let (energies, gradients) = evaluate(energy, points)
        func energyAt(_ point: [Float]) -> Float { evaluate(energy, [point]).energies[0] }
        let step: Float = 4e-3
        for (row, point) in points.enumerated() {
            #expect(energies[row] == energyAt(point), "a row is computed alike wherever it stands")
            for column in 0..<3 {
                func shifted(_ by: Float) -> Float {
                    var moved = point
                    moved[column] += by
                    return energyAt(moved)
                }
                let (near, far) = (shifted(step) - shifted(-step), shifted(2 * step) - shifted(-2 * step))
                let slope = (8 * near - far) / (12 * step)
                #expect(abs(slope - gradients[row][column]) <= 5e-3 * max(1, abs(slope)), "row \(row), x\(column)")
            }
        }
    }

    @Test func `coordinates may have names, and parameters are constants`() throws {
        let energy = try FormulaEnergy("k * (y - m)^2 / 2 + x^4", parameters: [("k", "3"), ("m", "-0.5")], coordinates: ["x", "y"])
        let (energies, gradients) = evaluate(energy, [[2, 1]])
        #expect(energies == [19.375] && gradients == [[32, 4.5]])
    }

    @Test func `where a formula is no number the density is 0`() throws {
        #expect(evaluate(try FormulaEnergy("x0 - 2 * log(x0)"), [[-1], [1], [0]]).energies == [.infinity, 1, .infinity])
    }

    @Test(arguments: [
        ("x0^2 + foo(x1)", 7, "unknown function 'foo'"), ("x0^2 + tahn(x1)", 7, "Did you mean \"tanh\""),
        ("(x0 + 1", 7, "expected ')', found the end"),
        ("x0 $ 2", 3, "found '$'"), ("x0 + ", 5, "found the end"), ("x0 x1", 3, "expected an operator or the end, found 'x1'"),
        ("x0 + k", 5, "unknown name 'k'"), ("x[x0]", 2, "what depends on x"), ("sum(i, 2, 1, x0)", 10, "at least 2, found 1"),
        ("1.2.3 * x0", 0, "found 1.2.3"), ("sum(3, 0, 1, x0)", 4, "expected the name of an index"),
    ]) func `a mistake is shown with a caret under its place`(formula: String, place: Int, words: String) throws {
        let failure = #expect(throws: Failure.self) { try FormulaEnergy(formula) }
        let lines = failure?.message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
        try #require(lines.count == 3, "\(failure?.message ?? "")")
        #expect(failure?.kind == .configuration && lines[0].hasPrefix("energy.formula: ") && lines[0].contains(words), "\(lines[0])")
        #expect(lines[1] == "  \(formula)" && lines[2] == String(repeating: " ", count: 2 + place) + "^")
    }

    @Test func `what cannot be meant is refused`() {
        let cases: [(String, [(String, String)], [String], String)] = [
            ("x0^2", [("k", "1")], [], "has no parameter k"), ("k * x0", [("k", "one")], [], "expected a number for k"),
            ("sin(sin)", [], ["sin"], "that are no function"), ("a + b", [], ["a", "a"], "different names"),
            ("1 + pi", [], [], "without coordinates"),
            ("sum(i, 1, 100000, sin(i * x0))", [], [], "write a library"),
            (String(repeating: "(", count: 300) + "x0" + String(repeating: ")", count: 300), [], [], "in one another"),
        ]
        for (formula, parameters, coordinates, words) in cases {
            let named = parameters.map { (name: $0.0, value: $0.1) }
            let failure = #expect(throws: Failure.self) { try FormulaEnergy(formula, parameters: named, coordinates: coordinates) }
            #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
        }
    }

    @Test func `two energies have one digest where they are the same`() throws {
        func digest(_ formula: String, _ k: String = "1") throws -> String { try FormulaEnergy(formula, parameters: [("k", k)]).digest }
        #expect(try digest("k * x0") == digest("k * x0"))
        #expect(try digest("k * x0") != digest("k * x0", "2") && digest("k * x0") != digest("x0 * k"))
    }
}

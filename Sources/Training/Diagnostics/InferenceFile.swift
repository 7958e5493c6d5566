import Formats
import Sampling

/// A window as JSON that ArviZ opens (`arviz.from_json`): the groups `posterior` and `sample_stats` of arrays with (chain, draw) first.
///
/// `posterior`: `energy`; `x` (chain, draw, value) for states whose values are followed one by one (``ChainFunctionals``), else `mean` and `projection` (chain, draw, direction).
/// `sample_stats`: `energy`, `displacement`, and `acceptance_rate` where the sampler has an accept step, `diverging` where it follows trajectories. Values that are not finite are written as
/// NaN and Infinity, as Python's reader takes them.
package struct InferenceFile {
    package let text: String

    package init(_ window: WindowValues) {
        let names = window.functionals.names
        var posterior = [("energy", Self.array(window, [0], isFlat: true))]
        if window.functionals.holdsStates {
            posterior.append(("x", Self.array(window, Array(1..<names.count), isFlat: false)))
        } else {
            posterior.append(("mean", Self.array(window, [1], isFlat: true)))
            posterior.append(("projection", Self.array(window, Array(2..<names.count), isFlat: false)))
        }
        var statistics = [
            ("energy", Self.array(window, [0], isFlat: true)), ("displacement", Self.array(window, [names.count], isFlat: true)),
        ]
        if window.countsMoves { statistics.append(("acceptance_rate", Self.array(window, [names.count + 1], isFlat: true))) }
        if window.countsDivergences {
            statistics.append(("diverging", Self.array(window, [names.count + 2], isFlat: true) { $0 > 0 ? "true" : "false" }))
        }
        text = "{\n" + Self.group("posterior", posterior) + ",\n" + Self.group("sample_stats", statistics) + "\n}\n"
    }

    private static func group(_ name: String, _ variables: [(String, String)]) -> String {
        "\"\(name)\": {\n" + variables.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n}"
    }

    /// - Parameter isFlat: whether a draw is a number and not a list.
    private static func array(
        _ window: WindowValues, _ numbers: [Int], isFlat: Bool, _ text: (Double) -> String = number
    ) -> String {
        list(
            (0..<window.chains).map { chain in
                list(
                    (0..<window.draws).map { draw in
                        let place = (chain * window.draws + draw) * window.width
                        let values = numbers.map { text(window.values[place + $0]) }
                        return isFlat ? values[0] : list(values)
                    })
            })
    }

    private static func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

    private static func number(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
    }
}

extension WindowValues {
    /// Chains x draws x values as float32: the states where their values are followed one by one, else the functionals in the order of their names.
    package var array: NumericArray {
        let kept = functionals.holdsStates ? 1..<functionals.count : 0..<functionals.count
        let floats = stride(from: 0, to: values.count, by: width).flatMap { place in kept.map { Float(values[place + $0]) } }
        return NumericArray(shape: [chains, draws, kept.count], .float32(floats))
    }
}

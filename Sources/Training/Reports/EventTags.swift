import Configuration
import Formats

/// What the values of a run are called in TensorBoard: groups before a slash, words between underscores.
package enum EventTags {
    /// Numbers of a line of metrics.jsonl: of the step `train/...`, of a group its name, of time `seconds/...`, of speed `speed/...`.
    package static func scalars(ofReport line: String) -> [Event.Value] {
        members(of: line).flatMap { name, value -> [Event.Value] in
            if case .object = value { return scalars(value, snake(name)) }
            if name.hasSuffix("Seconds") { return scalars(value, "seconds/\(snake(String(name.dropLast(7))))") }
            return scalars(value, "\(name.hasSuffix("PerSecond") ? "speed" : "train")/\(snake(name))")
        }
    }

    /// Numbers of a line of evaluation.jsonl: `evaluation/...`.
    package static func scalars(ofEvaluation line: String) -> [Event.Value] {
        members(of: line).flatMap { name, value in scalars(value, "evaluation/\(snake(name))") }
    }

    /// The members of a line in the order of their names, but for its step, which each event has, and for what there is of each rank: tags are the same on
    /// any number of them.
    private static func members(of line: String) -> [(key: String, value: JSONValue)] {
        guard case .object(let members)? = try? JSON5Parser.parse(Array(line.utf8), name: "a line") else { return [] }
        return members.filter { !["step", "rankSeconds", "ranks"].contains($0.key) }.sorted { $0.key < $1.key }
    }

    private static func scalars(_ value: JSONValue, _ tag: String) -> [Event.Value] {
        switch value {
        case .integer(let number): [.scalar(tag, Double(number))]
        case .number(let number): [.scalar(tag, number)]
        // Numbers that JSON has no word for.
        case .string("inf"): [.scalar(tag, .infinity)]
        case .string("-inf"): [.scalar(tag, -.infinity)]
        case .string("nan"): [.scalar(tag, .nan)]
        // Intervals stand beside their values: curves of their ends would hide these.
        case .object(let members):
            members.filter { $0.key != "intervals" }.sorted { $0.key < $1.key }
                .flatMap { scalars($0.value, "\(tag)/\(snake($0.key))") }
        case .array(let values): values.enumerated().flatMap { scalars($0.element, "\(tag)/\($0.offset)") }
        case .null, .boolean, .string: []
        }
    }

    /// `energyGap` is `energy_gap`.
    private static func snake(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? ($0.isEmpty ? "" : "_") + $1.lowercased() : String($1) }
    }

    /// What an event file begins with: the configuration as text, and for the table of runs what touches the mathematics.
    package static func header(_ configuration: RunConfiguration, start: Double) throws -> [Event.Value] {
        let text = "```\n\(try configuration.encodedJSON5())```"
        return [.text("configuration", text), .hyperparameters(hyperparameters(configuration), start: start)]
    }

    /// The keys that touch the mathematics and count beside the others, with their values.
    package static func hyperparameters(_ configuration: RunConfiguration) -> [(name: String, value: Event.Hyperparameter)] {
        configuration.effectiveKeys.compactMap { key in hyperparameter(configuration[key.path]).map { (key.path, $0) } }
    }

    /// nil for null, for which there is no word.
    private static func hyperparameter(_ value: JSONValue) -> Event.Hyperparameter? {
        switch value {
        case .null: nil
        case .boolean(let flag): .flag(flag)
        case .integer(let number): .number(Double(number))
        case .number(let number): .number(number)
        case .string(let text): .text(text)
        case .array, .object: .text(value.text)
        }
    }
}

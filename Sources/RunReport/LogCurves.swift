import Charts
import Formats
import Learning
import Training

/// The numbers of a log by the steps of its lines, thinned: a curve for each, by its path (`samples.slicedWasserstein`).
struct LogCurves: LogContent {
    private(set) var curves: [String: Curve] = [:]
    /// Where the newest values of some curves lie by chance.
    private(set) var intervals: [String: (low: Double, high: Double)] = [:]
    private(set) var lines = 0
    /// The newest line.
    private(set) var last: [String: JSONValue] = [:]
    /// How the time is divided among phases.
    private(set) var phases = Shares(Phase.allCases.map(\.rawValue))
    /// Seconds of work of each rank, or of the busiest of each group of neighbours, over the whole time; empty on one rank.
    private(set) var ranks: [Double] = []

    /// Of the work of the rank that worked the longest, over the mean of all.
    static let imbalance = "imbalance"
    /// Members that are no measures.
    private static let others: Set<String> = ["step", "seconds", "wallSeconds", "rankSeconds", "ranks", "warnings", "warningKinds"]

    subscript(path: String) -> Curve? { curves[path] }

    /// The newest value of a curve, and where it lies by chance if the log says so: `0.512 (0.48 to 0.544)`.
    func newest(_ path: String) -> String? {
        curves[path]?.last.map { point in
            let ends = intervals[path].map { " (\(Numeral.short($0.low)) to \(Numeral.short($0.high)))" }
            return Numeral.short(point.y) + (ends ?? "")
        }
    }

    /// The paths of all curves, in order.
    var paths: [String] { curves.keys.sorted() }

    init() {}

    /// The step of the newest line.
    var step: Int { Int(last["step"]?.number ?? 0) }

    mutating func add(_ line: String) {
        guard case .object(let line)? = try? JSON5Parser.parse(Array(line.utf8), name: "a line") else { return }
        guard let step = line["step"]?.number, (0..<1e15).contains(step) else { return }
        (lines, last, intervals) = (lines + 1, line, [:])
        for (name, value) in line where !Self.others.contains(name) { add(value, name, at: step) }
        if case .object(let seconds) = line["seconds"] {
            phases.append(step, phases.parts.map { seconds[$0]?.number ?? 0 })
        }
        if case .array(let values) = line["rankSeconds"] { add(ranks: values.map { $0.number ?? 0 }, at: step) }
    }

    private mutating func add(_ value: JSONValue, _ path: String, at step: Double) {
        switch value {
        case .integer, .number: curves[path, default: Curve()].append(step, value.number ?? .nan)
        // Infinity and NaN, as the logs write them.
        case .string(let text) where ["inf", "-inf", "nan"].contains(text): curves[path, default: Curve()].append(step, .nan)
        case .object(let members):
            for (name, member) in members {
                if name == "intervals" { add(intervals: member, path) } else { add(member, "\(path).\(name)", at: step) }
            }
        case .array(let values):
            // Of lists, such as those of neighbours on a ladder, the mean; lists of modes are no series.
            let numbers = values.compactMap(\.number)
            guard path == "swapRates", !numbers.isEmpty else { return }
            curves[path, default: Curve()].append(step, numbers.reduce(0, +) / Double(numbers.count))
        default: return
        }
    }

    /// Of the members beside them, by their names.
    private mutating func add(intervals value: JSONValue, _ path: String) {
        guard case .object(let members) = value else { return }
        for (name, member) in members {
            guard case .object(let ends) = member, let low = ends["low"]?.number, let high = ends["high"]?.number else { continue }
            intervals["\(path).\(name)"] = (low, high)
        }
    }

    private mutating func add(ranks seconds: [Double], at step: Double) {
        if ranks.count != seconds.count { ranks = seconds.map { _ in 0 } }
        for rank in seconds.indices { ranks[rank] += seconds[rank] }
        let mean = seconds.reduce(0, +) / Double(seconds.count)
        if let most = seconds.max(), mean > 0 { curves[Self.imbalance, default: Curve()].append(step, most / mean) }
    }

    /// The texts of a list of the newest line.
    func texts(_ name: String) -> [String] {
        guard case .array(let values) = last[name] else { return [] }
        return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
}

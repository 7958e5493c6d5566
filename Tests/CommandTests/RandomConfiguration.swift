import Configuration
import Formats
import TestSupport
import Training

/// A configuration as `key=value` arguments, drawn over all keys: a function of its seed.
///
/// Most are small trainings that are valid or nearly so: of one that is refused, a key that the message names is given up (`giveUp`), until nothing
/// is left to refuse. Every fifth one takes values from the whole range of its keys, and is checked without a step (`isExtreme`).
struct RandomConfiguration {
    /// Files of data, by the path that configurations name them by.
    let sources: [String]
    let isExtreme: Bool
    /// Whether keys without effect are given too: each is refused.
    private let keepsIdle: Bool
    private(set) var values: [(key: String, value: String)] = []
    private var numbers: SplitMix64

    init(seed: Int, sources: [String]) {
        self.sources = sources
        numbers = SplitMix64(state: UInt64(seed))
        isExtreme = seed % 5 == 0
        keepsIdle = seed % 4 == 1
        drawFrame()
        for _ in 0..<numbers.integer(in: 0...10) {
            let key = numbers.element(of: ConfigurationKey.all)
            if !keepsIdle { setNeeds(of: key) }
            set(key.path, value(of: key))
        }
    }

    var arguments: [String] {
        var kept = values
        while let configuration = try? AskedConfiguration(file: nil, name: "", arguments: Self.texts(kept)).configuration {
            let used = kept.filter { keepsIdle && !Self.frame.contains($0.key) || configuration.uses($0.key) }
            if used.count == kept.count { break }
            kept = used
        }
        return Self.texts(kept)
    }

    private static func texts(_ values: [(key: String, value: String)]) -> [String] { values.map { "\($0.key)=\($0.value)" } }

    /// Takes back a key that a message names, or any one.
    /// - Returns: false where there is nothing left to take back.
    mutating func giveUp(_ message: String) -> Bool {
        let free = values.indices.filter { !Self.frame.contains(values[$0].key) }
        guard !free.isEmpty else { return false }
        var named = free.filter { message.contains(values[$0].key) }
        // A network that does not fit the data is named by its group.
        if named.isEmpty, message.contains("model: ") || message.contains("an energy needs a network") {
            named = free.filter { values[$0].key == "model.kind" }
        }
        let key = values[numbers.element(of: named.isEmpty ? free : named)].key
        values.removeAll { $0.key == key }
        // No steps of the sampler went with the objective that was given up.
        if key == "objective.kind" { set("sampler.steps", "2") }
        return true
    }

    private mutating func set(_ key: String, _ value: String) {
        values.removeAll { $0.key == key }
        values.append((key, value))
    }

    /// Values of other keys with which a key has an effect.
    private mutating func setNeeds(of key: ConfigurationKey) {
        let ways = key.needs.ways
        guard !ways.isEmpty else { return }
        for (path, value) in numbers.element(of: ways).sorted(by: { $0.key < $1.key }) {
            if case .string(let word) = value { set(path, word) } else { set(path, value.text) }
            if word(of: "objective.kind") == "autoencoder" { set("sampler.steps", "0") }
        }
    }

    private func word(of key: String) -> String? { values.last { $0.key == key }?.value }

    // MARK: the frame: a small training of any kind

    /// Keys that keep a training small: never given up.
    private static let frame: Set<String> = [
        "run.steps", "run.shards", "run.chainsPerShard", "model.widths", "sampler.steps", "samples.count", "diagnostics.draws",
        "evaluate.count",
    ]

    private mutating func drawFrame() {
        set("run.steps", "\(numbers.integer(in: 2...3))")
        set("run.shards", "\(numbers.integer(in: 1...6))")
        set("run.chainsPerShard", "\(numbers.integer(in: 1...6))")
        set("run.threads", "\(numbers.integer(in: 1...3))")
        set("model.widths", "[\(numbers.integer(in: 1...8)), \(numbers.integer(in: 1...8))]")
        set("samples.count", "\(numbers.integer(in: 1...9))")
        set("data.source", source())
        for (key, values) in [
            ("checkpoint.every", ["0", "1", "2"]), ("samples.every", ["0", "1"]), ("report.every", ["1", "2"]),
            ("diagnostics.every", ["0", "1", "2"]),
            ("evaluate.every", ["0", "0", "1", "2"]), ("guard.policy", ["stop", "skip", "rollback"]),
        ] {
            set(key, numbers.element(of: values))
        }
        set("diagnostics.draws", "\(numbers.integer(in: 4...14))")
        set("evaluate.count", "\(numbers.integer(in: 2...20))")
        for name in ["objective.kind", "sampler.kind", "model.kind"] {
            if let key = ConfigurationKey.all.first(where: { $0.path == name }) { set(name, value(of: key)) }
        }
        set("sampler.steps", word(of: "objective.kind") == "autoencoder" ? "0" : "\(numbers.integer(in: 1...4))")
        if ["convolution", "unet"].contains(word(of: "model.kind")) { drawConvolutions() }
        if word(of: "model.kind") == "layers" { set("model.layers", numbers.element(of: Self.networks)) }
    }

    /// Lists of convolutions have one length.
    private mutating func drawConvolutions() {
        let count = numbers.integer(in: 1...3)
        func list(_ range: ClosedRange<Int>, _ numbers: inout SplitMix64) -> String {
            "[" + (0..<count).map { _ in "\(numbers.integer(in: range))" }.joined(separator: ", ") + "]"
        }
        set("model.channels", list(1...4, &numbers))
        set("model.kernels", list(1...4, &numbers))
        set("model.strides", list(1...2, &numbers))
        set("model.paddings", list(0...1, &numbers))
        if word(of: "model.kind") == "convolution" {
            set("model.dense", integers(1...5))
            set("model.groups", "\(numbers.integer(in: 0...1))")
        } else {
            set("model.blocks", "\(numbers.integer(in: 0...2))")
        }
    }

    private static let networks = [
        #"[{kind: "dense", outputs: 5}, {kind: "tanh"}, {kind: "dense", outputs: 1}]"#, #"[{kind: "dense", outputs: 1}]"#,
        #"[{kind: "flatten"}, {kind: "dense", outputs: 6}, {kind: "groupNormalization", groups: 2}, {kind: "silu"}, {kind: "dense", outputs: 1}]"#,
        #"[{kind: "convolution", channels: 4, kernel: 3, padding: 1}, {kind: "elu"}, {kind: "meanPooling"}, {kind: "flatten"}, {kind: "dense", outputs: 1}]"#,
        #"[{kind: "convolution", channels: 2, kernel: 2, stride: 2}, {kind: "residual", layers: [{kind: "convolution", channels: 2, kernel: 3, padding: 1}]}, {kind: "sumPooling", size: 2}, {kind: "flatten"}, {kind: "dense", outputs: 1}]"#,
        #"[{kind: "dense", outputs: 3}, {kind: "softplus"}]"#,
        #"[{kind: "innerProduct", layers: [{kind: "convolution", channels: 1, kernel: 3, padding: 1}, {kind: "tanh"}]}]"#,
    ]

    // MARK: values

    private mutating func value(of key: ConfigurationKey) -> String {
        if key.optional && numbers.integer(in: 0...3) == 0 { return "null" }
        switch key.rule {
        case .flag: return numbers.integer(in: 0...1) == 0 ? "true" : "false"
        case .integer(let range): return integer(range, key.path)
        case .number(let range): return number(range)
        case .choice(let words): return numbers.element(of: words)
        case .name: return numbers.element(of: ["a", "long.name_of-a-run"])
        case .text: return key.path == "model.initial" ? "absent.safetensors" : source()
        case .shareOrPath: return numbers.element(of: ["0.1", "0.9", source()])
        case .texts: return numbers.element(of: ["[]", "['a']", "['c', 'a']", "['b', 'c', 'label']", "['none']"])
        case .integers(let range): return integers(range)
        case .numbers: return numbers.element(of: ["[]", "[1, 2]", "[1, 1.5, 3]", "[1, 1.0000001]", "[2]"])
        case .layers: return numbers.element(of: ["[]"] + Self.networks)
        }
    }

    private mutating func source() -> String {
        numbers.element(of: ["digits", "moons", "25gaussians", "8gaussians", "checkerboard"] + sources)
    }

    /// Keys whose largest value costs nothing.
    private static let free: Set<String> = [
        "run.seed", "optimizer.warmupSteps", "optimizer.decayEvery", "optimizer.decaySteps", "guard.replicaCheckEvery",
        "guard.rollbackEvery",
        "checkpoint.every", "checkpoint.keep", "report.every", "samples.every", "samples.columns", "evaluate.every", "evaluate.count",
        "diagnostics.every", "sampler.adaptSteps", "exchange.every",
    ]

    private mutating func integer(_ range: ClosedRange<Int>, _ key: String) -> String {
        func small(_ most: Int) -> Int { min(range.upperBound, range.lowerBound + numbers.integer(in: 0...most)) }
        switch numbers.integer(in: 0...9) {
        case 0...5: return "\(small(3))"
        case 6...7: return "\(small(12))"
        case 8: return "\(range.lowerBound)"
        default: return "\(isExtreme || Self.free.contains(key) ? range.upperBound : small(5))"
        }
    }

    private mutating func integers(_ range: ClosedRange<Int>) -> String {
        let list = (0..<numbers.integer(in: 0...3)).map { _ in
            isExtreme && numbers.integer(in: 0...5) == 0
                ? range.upperBound : range.lowerBound + numbers.integer(in: 0...min(6, range.count - 1))
        }
        return "[" + list.map { "\($0)" }.joined(separator: ", ") + "]"
    }

    private static let usual = [0, 1e-3, 0.01, 0.05, 0.1, 0.3, 0.5, 0.9, 1, 1, 1.5, 2, 3, 10, -1, -0.5, -10]
    private static let unusual = [1e-30, 1e-8, 0.9999999, 1.0000001, 100, 1e6, 1e15, 1e30, -1e30, 3.4e38, -3.4e38, 1.2e-38, 1e-45]

    private mutating func number(_ range: NumberRange) -> String {
        let odd = numbers.integer(in: 0...3) == 0 || isExtreme
        let allowed = (odd ? Self.unusual + [range.lower, range.upper] : Self.usual).filter(range.contains)
        return allowed.isEmpty ? "\((range.lower + range.upper) / 2)" : "\(numbers.element(of: allowed))"
    }
}

extension SplitMix64 {
    mutating func integer(in range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

    mutating func element<T>(of list: [T]) -> T { list[integer(in: 0...list.count - 1)] }
}

import Failures
import Training

/// The measures that a command line asks for.
struct MeasureSelection {
    /// A measure, where it was asked for; nil where it is made if it applies.
    private let wanted: [(kind: MeasureKind, place: String?)]

    /// The named measures and those of further options; where none are named, what the declarations say.
    /// - Throws: `.usage` for an unknown name, for a measure whose option is missing, and for options of samples that nothing measures.
    init(_ command: EvaluateCommand) throws(Failure) {
        var named: Set<String> = []
        for name in command.measures ?? [] { named.insert(try MeasureKind.named(name).name) }
        var wanted: [(kind: MeasureKind, place: String?)] = []
        for kind in MeasureKind.all {
            let (option, isNamed) = (kind.option, named.contains(kind.name))
            switch (option?.role, option?.isGiven(command) ?? false) {
            case (.object, true), (.request, true): wanted.append((kind, option?.name))
            case (.object, false) where isNamed:
                throw Failure(.usage, "evaluate: --measures \(kind.name): expected \(option?.name ?? "") beside it")
            case (.manner, true) where !isNamed:
                throw Failure(
                    .usage, "evaluate: \(option?.name ?? "") is about a measure that is not made: expected --measures \(kind.name)")
            default:
                if isNamed { wanted.append((kind, "--measures \(kind.name)")) }
                if command.measures == nil, kind.isStandard(command) { wanted.append((kind, nil)) }
            }
        }
        self.wanted = wanted
        if command.measures != nil, !usesSamples, let option = command.givenSamplingOption {
            throw Failure(.usage, "evaluate: \(option) is about samples, which none of the measures named by --measures needs")
        }
        if command.features != nil, !wanted.contains(where: { $0.kind.usesFeatures }) {
            let takers = MeasureKind.all.filter(\.usesFeatures).map(\.name).joined(separator: ", ")
            throw Failure(.usage, "evaluate: --features is for \(takers), none of which is measured: name one of them by --measures")
        }
    }

    private var usesSamples: Bool { wanted.contains { $0.kind.usesSamples } }

    /// Whether the chains of the checkpoint are read.
    func needsChains(_ command: EvaluateCommand, _ trained: TrainedModel) -> Bool {
        let reads = wanted.contains { $0.kind.needs.contains { $0.readsChains(trained) } }
        return reads || usesSamples && command.samples == nil && (command.start ?? trained.standardStart) == .chains
    }

    /// Collective. The measures that are made, in the order of the list.
    /// - Throws: where one that was asked for lacks what it needs.
    func kinds(for model: MeasuredModel) throws(Failure) -> [MeasureKind] {
        var kinds: [MeasureKind] = []
        for (kind, place) in wanted {
            var isMade = true
            for need in kind.needs where isMade {
                guard let missing = try need.missing(model) else { continue }
                if let place { throw Failure(need.fault, "evaluate: \(place): expected \(missing)") }
                isMade = false
            }
            if isMade { kinds.append(kind) }
        }
        return kinds
    }
}

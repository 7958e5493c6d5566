import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Model
import Numerics

/// What rank 0 says before the first step.
struct RunSummary {
    let text: String
    /// Threads of a rank.
    let threads: Int
    let memory: MemoryNeed

    private static let indent = 9

    /// - Parameter width: columns of a line.
    init(
        _ plan: RunPlan, folder: RunFolder, chosen: [String] = [], notes given: [String] = [], width: Int, _ communicator: any Communicator
    ) {
        let configuration = plan.configuration
        threads = configuration.run.threads > 0 ? configuration.run.threads : communicator.node.defaultThreads
        let shards = (configuration.run.shards + communicator.size - 1) / communicator.size
        memory = MemoryNeed(plan, threads: min(threads, shards), shards: shards)
        var rows = [("layout", Self.layout(configuration, communicator.size, threads)), Self.source(plan)]
        if let place = Self.place(of: plan.source) { rows.append(("rows", place)) }
        if !chosen.isEmpty { rows.append(("chosen", chosen.joined(separator: "\n"))) }
        if plan.source.hasRows { rows.append(("model", Self.parameters(plan.networks))) }
        rows += [
            (plan.source.hasRows ? "training" : "chains", "\(configuration.objective.kind.rawValue), \(Self.method(plan))"),
            ("cost", Self.cost(plan)),
            ("memory", memory.text),
            ("run", folder.path),
        ]
        if let precision = Self.precision(plan) { rows.append(("products", precision)) }
        let own = [plan.scale?.note(plan.source, configuration), ParameterSlices.note(configuration, plan.networks), plan.boundNote]
            .compactMap { $0 }
        let notes = given + plan.source.notes + DataNotes(plan).lines + own
        rows += notes.map { ("note", $0) }
        if let advice = communicator.node.advice(threads: threads, yielding: MPILibrary.yieldAdvice) {
            rows.append(("note", advice))
        }
        // The table of columns has a layout of its own.
        let paragraphs = rows.map { TextLayout.paragraph($0.0, $0.1, indent: Self.indent, width: width) }
        let columns = ColumnSummary(plan, width: width - Self.indent)
        let table = columns.text.map { [TextLayout.block("columns", $0, indent: Self.indent)] } ?? []
        text = (paragraphs.prefix(2) + table + paragraphs.dropFirst(2)).joined(separator: "\n")
    }

    /// What is said before anything else: which program trains on what, and where to.
    /// - Parameter isImplied: whether no command was named: the line then says where the commands are found.
    static func firstLine(_ configuration: RunConfiguration, folder: RunFolder, isImplied: Bool, width: Int) -> String {
        let source = configuration.subject == "digits" ? "the digits that it carries" : configuration.subject
        let verb = configuration.objective.kind.learns ? "trains on" : "samples"
        let text = "\(BuildInformation.short): \(verb) \(source), into \(folder.path)" + (isImplied ? "; --help lists the commands" : "")
        return TextLayout.sentence(text, indent: indent, width: width)
    }

    /// Data, or the energy that is given.
    private static func source(_ plan: RunPlan) -> (String, String) {
        let name = plan.source.name
        guard plan.source.hasRows else { return ("energy", "\(name), of \(plan.source.shape.count) values") }
        let rows = plan.source.dataset.map { "\($0.count) rows of " } ?? "fresh samples of "
        let heldOut = plan.heldOut?.dataset.map { ", \($0.count) further rows held out" } ?? ""
        return ("data", "\(name), \(rows)\(shape(plan.source))" + heldOut)
    }

    private static func layout(_ configuration: RunConfiguration, _ ranks: Int, _ threads: Int) -> String {
        "\(ranks) rank\(ranks == 1 ? "" : "s") x \(threads) thread\(threads == 1 ? "" : "s"), "
            + "\(configuration.run.shards) shards x \(configuration.run.chainsPerShard) chains"
    }

    private static func shape(_ source: DataSource) -> String {
        guard let table = source.dataset?.table.columns, !table.areNumbers || !table.leftOut.isEmpty else { return "\(source.shape)" }
        return "\(table.columns.count) columns, \(table.width) coordinates"
    }

    /// Where the rows stand; nil where there are always fresh ones.
    private static func place(of source: DataSource) -> String? {
        guard let dataset = source.dataset else { return nil }
        guard let rows = dataset.stored else { return "in the memory of every rank" }
        return rows.isOfNode ? "one copy a node, which its ranks share" : "read from the file when they are wanted"
    }

    /// What a step works on.
    private static func cost(_ plan: RunPlan) -> String {
        let profile = plan.profile
        func number(_ step: Int) -> String { NumberText.fixed(profile.evaluations(atStep: step), 0, width: 0) }
        let most = plan.mostTreeEvaluations > 0 ? "at most " : ""
        return most + "\(number(0)) passes through the energy and back for each \(plan.source.hasRows ? "data row" : "chain") of a step"
            + (profile.later.map { ", \(number($0.step)) after \($0.step) steps" } ?? "")
    }

    private static func method(_ plan: RunPlan) -> String {
        let (sampler, rows) = (plan.configuration.sampler, plan.configuration.rowsPerStep)
        let steps = "\(sampler.steps) \(sampler.kind.rawValue) steps"
        if plan.profile.usesSampler { return "\(steps) on \(rows) chains" }
        return "\(rows) rows a step" + (sampler.steps > 0 ? "; samples by \(steps)" : "")
    }

    /// Which passes multiply in half precision, and how much of them; nil where none does.
    private static func precision(_ plan: RunPlan) -> String? {
        let precisions = plan.configuration.precisions
        let hasEnergy = plan.configuration.objective.kind.model.energy != .none
        let passes = [("chains", precisions.sampler, hasEnergy), ("gradients", precisions.gradient, true)].filter { $0.2 && $0.1 != .float }
        guard !passes.isEmpty else { return nil }
        let words = passes.map { name, precision, _ in
            let share = NumberText.fixed(100 * plan.model.network.pairedShare(precision), 0, width: 0)
            let ways = precision.forward == .float ? " on the way back alone, since energies decide" : ""
            return "\(name) multiply bfloat16\(ways)" + (hasEnergy ? " (\(share) % of the energy's multiplications)" : "")
        }
        return words.joined(separator: "; ")
            + (Precision.bfloat16.isFast ? "" : "; this CPU has no instruction for it: the same numbers, no faster than float")
    }

    private static func parameters(_ networks: RunNetworks) -> String {
        let energy = "\(networks.energy.layout.count) parameters"
        return RunNetworks.Part.allCases.reduce(energy) { text, part in
            networks[part].map { "\(text), \(part.rawValue) \($0.layout.count)" } ?? text
        }
    }
}

import Configuration
import Datasets

/// What is to be said of a run's data before the first step: what they lose, and what they lack.
struct DataNotes {
    let lines: [String]

    init(_ plan: RunPlan) {
        let losses = plan.source.dataset?.losses ?? []
        lines =
            Self.lossNotes(losses, isStandardised: plan.configuration.data.standardize) + Self.classNotes(plan)
            + [Self.constantNote(plan), Self.sizeNote(plan)].compactMap { $0 }
    }

    /// Columns that are named; further ones are counted.
    private static let shown = 3

    private static func lossNotes(_ losses: [PrecisionLoss], isStandardised: Bool) -> [String] {
        guard !isStandardised else { return [] }
        let named = losses.prefix(shown).map { loss in
            let title = loss.name.map { " (\($0))" } ?? ""
            return "column \(loss.column + 1)\(title) has \(loss.before) different values, \(loss.after) of them left as 32-bit floats: "
                + "use data.standardize=true, which takes the file's own numbers, or subtract a constant from it"
        }
        let others = losses.count - named.count
        return named + (others > 0 ? ["\(others) more columns lose most of their different values in the same way"] : [])
    }

    /// Columns that tell nothing; where they have names, the summary of columns says it.
    private static func constantNote(_ plan: RunPlan) -> String? {
        guard let dataset = plan.source.dataset, dataset.columnNames == nil, let constant = plan.rowMetadata.rows.scales?.constant,
            !constant.isEmpty
        else { return nil }
        let (several, others) = (constant.count > 1, constant.count > shown ? " and \(constant.count - shown) more" : "")
        let numbers = constant.prefix(shown).map { "\($0 + 1)" }.joined(separator: ", ")
        return "column\(several ? "s" : "") \(numbers)\(others) \(several ? "are" : "is") constant: shifted to 0 and learned all the same"
    }

    /// Data that a step sees more than once.
    private static func sizeNote(_ plan: RunPlan) -> String? {
        guard let rows = plan.source.dataset?.count, rows < plan.configuration.rowsPerStep else { return nil }
        return
            "the data have \(rows) row\(rows == 1 ? "" : "s"), and a step takes \(plan.configuration.rowsPerStep): it sees rows more than once, and the model may learn "
            + "these rows and not what they come from. Fewer run.shards or run.chainsPerShard make a step smaller"
    }

    private static func classNotes(_ plan: RunPlan) -> [String] {
        guard let classes = plan.rowMetadata.rows.classes, let most = classes.last else { return [] }
        let absent = Set(0...most).subtracting(classes).sorted()
        guard !absent.isEmpty else { return [] }
        let several = absent.count > 1
        let list = absent.prefix(10).map(String.init).joined(separator: ", ") + (absent.count > 10 ? ", …" : "")
        return [
            "class\(several ? "es" : "") \(list) \(several ? "have" : "has") no rows: what the networks hold of \(several ? "them" : "it") stays as it began, "
                + "and samples are drawn of the classes that there are"
        ]
    }
}

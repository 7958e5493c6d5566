import Configuration
import Distributed
import Failures
import Learning
import Measures

/// What rank 0 says at the end of a run: how good it is, where its picture and its model are, and what to type next.
package struct RunEnd {
    let configuration: RunConfiguration
    let folder: RunFolder
    /// Where the run has ended.
    let step: Int
    let best: BestEvaluation?
    /// How the program was called.
    let program: String

    private static let (indent, indentOfCommands) = (9, 12)

    /// - Parameter best: the best evaluation; nil where none is kept.
    package init(
        _ configuration: RunConfiguration, _ folder: RunFolder, step: Int, best: BestEvaluation? = nil,
        program: String = CommandLine.arguments.first ?? "ebm-dist"
    ) {
        (self.configuration, self.folder, self.program) = (configuration, folder, program)
        (self.step, self.best) = (step, best)
    }

    /// Behind the last step.
    /// - Parameters:
    ///   - quality: of the samples; nil where it was not measured.
    ///   - plane: of the energy, where the true density is known and the run was evaluated.
    ///   - warnings: of the last report; nil where nothing watches over the objective.
    package func text(
        quality: SampleQuality?, plane: PlaneEvaluation?, warnings: [String]?, width: TextWidth = TextWidth(columns: nil)
    ) -> String {
        var rows: [(String, String)] = []
        if let quality { rows.append(("quality", quality.text)) }
        if let plane { rows.append(("density", Self.text(plane))) }
        switch warnings {
        case nil: break
        case []: rows.append(("health", "nothing has left its known good range"))
        case let warnings?: rows.append(("health", warnings.joined(separator: "\n")))
        }
        if quality == nil && plane == nil && configuration.objective.kind.learns {
            rows.append(("quality", "not measured here; evaluate, below, measures what can be"))
        }
        if let early { rows.insert(("end", early), at: 0) }
        return Self.lines(rows + places, width) + "\n" + next(width)
    }

    /// Of a run that is started again behind its last step.
    package func finished(_ width: TextWidth = TextWidth(columns: nil)) -> String {
        let reason = early ?? "step \(step) of \(configuration.run.steps) is done"
        let first = "finished: \(reason); nothing to do. To train on: the same command with \(longer)"
        return first + "\n" + Self.lines(places, width) + "\n" + next(width)
    }

    private var places: [(String, String)] {
        let places = [("picture", folder.sample(step)), ("model", "\(folder.checkpoint(step))/model.safetensors")]
        let hasReport = (try? RunFolder.isFile(folder.report)) == true
        let reports = hasReport ? [("report", folder.report)] : []
        guard let best else { return places + reports }
        let value = NumberText.fixed(best.value, 4, width: 0)
        return places + reports + [
            ("best", "\(best.measure.rawValue) \(value) at step \(best.step), for commands --step best: \(folder.checkpoint(best.step))")
        ]
    }

    /// Why the run has ended before its last step; nil where it has not.
    private var early: String? {
        guard let best, step < configuration.run.steps else { return nil }
        let value = NumberText.fixed(best.value, 4, width: 0)
        return
            "stopped early, at step \(step) of \(configuration.run.steps): \(best.measure.rawValue) has not become less than \(value), of step "
            + "\(best.step), for \(best.worse) evaluations, as run.patience says"
    }

    private static func lines(_ rows: [(String, String)], _ width: TextWidth) -> String {
        rows.map { TextLayout.paragraph($0.0, $0.1, indent: indent, width: width.prose) }.joined(separator: "\n")
    }

    /// Commands that can be typed as they stand, behind what they do.
    private func next(_ width: TextWidth) -> String {
        let (learns, run) = (configuration.objective.kind.learns, "--run \(TextLayout.shellWord(folder.path))")
        let commands = [
            ("samples", ["sample", run, "--count \(sampleCount)", "--out samples.npy", "--grid samples.png"]),
            learns ? ("measures", ["evaluate", run]) : ("log Z", ["evaluate", run, "--measures ais"]),
            ("chains", ["diagnose", run]),
        ].filter { ($0.0 != "chains" || hasFreeChains) && ($0.0 != "log Z" || !configuration.sampler.kind.movesSites) }
        let typed = commands.map {
            TextLayout.command("  \($0.0)", [TextLayout.shellWord(program)] + $0.1, indent: Self.indentOfCommands, width: width.lines)
        }
        let further = TextLayout.paragraph(
            learns ? "  train on" : "  go on", "the same command with \(longer)", indent: Self.indentOfCommands, width: width.lines)
        return (["What to type next:"] + typed + [further]).joined(separator: "\n")
    }

    /// Whether `diagnose` runs chains of this model on as it stands: without a class it refuses those of models of classes, and without an energy all.
    private var hasFreeChains: Bool { configuration.condition.kind != .label && configuration.objective.kind.model.energy != .none }

    /// As many as there are chains, where these are the samples.
    private var sampleCount: Int {
        let sources = configuration.run.shards / max(1, configuration.exchange.temperatures.count)
        return configuration.replayCapacity.map { min(64, $0 * sources) } ?? 64
    }

    /// The keys that make the run longer.
    private var longer: String {
        if early != nil { return "run.patience=\(2 * (configuration.run.patience ?? 1)), or null" }
        let steps = configuration.run.steps
        let followsSteps = configuration.optimizer.schedule == .cosine && configuration.optimizer.decaySteps == nil
        // A cosine schedule has ended at the last step and would begin another course otherwise.
        return "run.steps=\(2 * steps)" + (followsSteps ? " optimizer.decaySteps=\(steps)" : "")
    }

    private static func text(_ plane: PlaneEvaluation) -> String {
        let divergence = NumberText.fixed(plane.fit.divergence, 3, width: 0)
        let modes = plane.coverage.map { "; the chains cover \($0.covered) of \($0.modes) modes" } ?? ""
        return "KL(true density || model) \(divergence) nats, 0 being perfect\(modes)"
    }
}

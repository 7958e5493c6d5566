import Configuration
import Distributed
import Failures
import Formats
import Learning
import Measures
import Model

/// Writes the event file of a run: the numbers of reports and evaluations, pictures, and with each picture histograms of energies and parameters.
///
/// What cannot be written is said once, and left out: the run goes on.
final class TensorBoardReport: StepCallback {
    /// Rows of data, and samples, of a histogram.
    private static let histogramRows = 512

    private let model: EvaluatedModel
    private let trainer: Trainer
    private let path: String
    private let metrics: MetricsReport
    private let evaluation: IntervalEvaluation
    private let pictures: SamplePictures
    private let terminal: Terminal
    private let validation: Validation?
    /// Rank 0 alone, once there is something to write or to cut.
    private var file: EventFile?
    /// What a checkpoint says of a file that cannot be opened.
    private var wanted = 0
    private var hasSaidWhatIsLost = false

    /// - Parameter bytes: of the events that the run continues from.
    init(
        _ model: EvaluatedModel, _ folder: RunFolder, keeping bytes: Int, _ metrics: MetricsReport, _ evaluation: IntervalEvaluation,
        _ pictures: SamplePictures, _ validation: Validation?, _ terminal: Terminal
    ) {
        (self.model, self.validation) = (model, validation)
        (trainer, path, self.terminal) = (model.trainer, folder.events, terminal)
        (self.metrics, self.evaluation, self.pictures) = (metrics, evaluation, pictures)
        open(keeping: bytes)
    }

    private var configuration: RunConfiguration { trainer.plan.configuration }
    private var isOn: Bool { configuration.report.tensorboard }

    private func open(keeping bytes: Int) {
        (file, wanted) = (nil, bytes)
        onRoot {
            guard try isOn || RunFolder.isFile(path) else { return }
            file = try EventFile(path, keeping: bytes, step: trainer.state.step) {
                isOn ? try EventTags.header(configuration, start: EventFile.now) : []
            }
        }
    }

    /// Rank 0 alone: nobody waits for its success.
    private func onRoot(_ body: () throws -> Void) {
        guard trainer.communicator.rank == 0 else { return }
        do { try body() } catch { say((error as? Failure)?.message ?? "\(error)") }
    }

    private func say(_ reason: String) {
        if !hasSaidWhatIsLost { terminal.line("events for TensorBoard are left out while this is so: \(reason)") }
        hasSaidWhatIsLost = true
    }

    func isDue(_ moment: StepMoment) -> Bool {
        isOn && (metrics.isDue(moment) || evaluation.isDue(moment) || pictures.isDue(moment))
    }

    func act(_ moment: StepMoment) throws(Failure) {
        let energies = pictures.isDue(moment) ? try histograms() : []
        try trainer.communicator.expecting(.storing("writing events")) { () throws(Failure) in
            onRoot { try file?.append(try values(moment) + energies, step: moment.step) }
        }
    }

    func goBack(to manifest: Manifest) throws(Failure) { open(keeping: manifest.eventBytes ?? 0) }

    /// Rank 0: the length of the events, which are on the disk on return.
    func storedBytes() -> Int {
        onRoot { try file?.sync() }
        return file?.bytes ?? wanted
    }

    /// Rank 0: what this step's reports have found.
    private func values(_ moment: StepMoment) throws -> [Event.Value] {
        var values: [Event.Value] = []
        if metrics.isDue(moment), let report = metrics.newest { values += EventTags.scalars(ofReport: try report.line()) }
        if evaluation.isDue(moment), let line = evaluation.newest { values += EventTags.scalars(ofEvaluation: try line.text()) }
        guard pictures.isDue(moment) else { return values }
        if let (picture, png) = pictures.newest { values.append(.image("samples", picture, png: png)) }
        let parameters = trainer.state.parameters
        return values
            + trainer.plan.networks.layout.tensors.compactMap { tensor in
                ValueHistogram(of: parameters[tensor.range]).map { .histogram("parameters/\(tensor.name)", $0) }
            }
    }

    /// Collective. What cannot be computed is left out.
    private func histograms() throws(Failure) -> [Event.Value] {
        switch try trainer.communicator.attempt({ () throws(Failure) in try energyHistograms() }) {
        case .success(let values): return values
        case .failure(let failure):
            say(failure.message)
            return []
        }
    }

    /// Collective. Of the parameters as they are. Samples have been drawn for the picture.
    private func energyHistograms() throws(Failure) -> [Event.Value] {
        let count = model.rowCount(Self.histogramRows, every: configuration.samples.every)
        try model.prepare(.current)
        let samples = try EvaluationChains(trainer.plan).gather(trainer, count: count)
        let found = [
            ("data", try model.trainingRows().flatMap { (rows) throws(Failure) in try model.energies(of: rows, count: count) }),
            (
                "held_out",
                try validation.flatMap { (validation) throws(Failure) in try model.energies(of: validation.heldOut, count: count) }
            ), ("samples", try model.energies(ofSamples: samples)),
        ]
        return found.compactMap { name, energies in
            ValueHistogram(of: (energies ?? []).map { Float($0) }[...]).map { .histogram("energy/\(name)", $0) }
        }
    }
}

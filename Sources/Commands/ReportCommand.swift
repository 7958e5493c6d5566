import Distributed
import Failures
import Formats
import RunReport
import Training

/// `report`: writes the page of a run, or of several beside each other.
public struct ReportCommand: Codable, Sendable {
    public var folders: [String]
    /// Where the page goes; nil: report.html in the folder of the run, for several runs in the current folder.
    public var output: String?
    /// A name or path of rows that were not trained on; nil: those that the run held out.
    public var heldOut: String?
    /// Draws of each chain in the window of diagnostics; 0: no window.
    public var draws: Int

    public static let defaultDraws = 100

    public init(folders: [String], output: String? = nil, heldOut: String? = nil, draws: Int = ReportCommand.defaultDraws) {
        (self.folders, self.output, self.heldOut, self.draws) = (folders, output, heldOut, draws)
    }

    /// Collective. - Returns: lines for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let path = output ?? (folders.count == 1 ? RunFolder(folders[0]).report : "report.html")
        try OutputPath.check([path], communicator)
        if folders.count > 1, heldOut != nil {
            throw Failure(.usage, "report: --data has no effect with several runs: their models are not evaluated")
        }
        let text = folders.count == 1 ? try single(RunFolder(folders[0]), path, communicator) : try several(path, communicator)
        return text
    }

    /// Collective.
    private func single(_ folder: RunFolder, _ path: String, _ communicator: any Communicator) throws(Failure) -> String {
        // A folder without a run is refused before anything is computed.
        try communicator.onRoot { _ = try ReportedRun(folder) }
        let (snapshot, diagnosis, notes) = try computed(folder, communicator)
        return try communicator.fromRoot {
            var record = try ReportedRun(folder)
            (record.snapshot, record.diagnosis, record.notes) = (snapshot, diagnosis, notes)
            try record.update()
            try AtomicFile.write(Array(ReportPage(record).text().utf8), to: path)
            return (notes.map { "note: \($0)" } + ["the report of \(folder.path): \(path)"]).joined(separator: "\n")
        }
    }

    /// Collective. What is computed of the newest checkpoint; without one, why there is nothing.
    private func computed(
        _ folder: RunFolder, _ communicator: any Communicator
    ) throws(Failure) -> (ModelSnapshot?, Diagnosis?, notes: [String]) {
        let attempt = try communicator.attempt { () throws(Failure) in
            try TrainedModel.shared(
                folder.path, step: nil, weights: .average, needingChains: { $0.standardStart == .chains }, communicator)
        }
        switch attempt {
        case .success(let trained):
            let (snapshot, notes) = try trained.snapshot(heldOut: heldOut, communicator)
            return (snapshot, try diagnosis(of: trained, communicator), trained.remarks + notes)
        case .failure(let failure):
            guard heldOut == nil else { throw failure }
            return (nil, nil, ["There is no checkpoint to compute anything of: \(failure.message)"])
        }
    }

    /// Collective. nil for a model without chains to diagnose, and for one with a condition, of which nobody says which.
    private func diagnosis(of trained: TrainedModel, _ communicator: any Communicator) throws(Failure) -> Diagnosis? {
        guard draws > 0, trained.rowCondition == nil else { return nil }
        let command = DiagnoseCommand(folder: folders[0], draws: draws)
        let attempt = try communicator.attempt { () throws(Failure) in
            let window = try command.window(trained, communicator)
            let past = try communicator.agree { try HealthHistory(RunFolder(folders[0])) }
            return command.diagnosis(of: window, trained, past)
        }
        if let failure = attempt.failure, failure.kind != .usage { throw failure }
        return try? attempt.get()
    }

    /// Collective; rank 0 alone reads and writes.
    private func several(_ path: String, _ communicator: any Communicator) throws(Failure) -> String {
        try communicator.fromRoot {
            let records = try folders.map { folder -> ReportedRun in
                var record = try ReportedRun(RunFolder(folder))
                try record.update()
                return record
            }
            try AtomicFile.write(Array(ComparisonPage(records).text().utf8), to: path)
            return "the report of \(records.count) runs: \(path)"
        }
    }
}

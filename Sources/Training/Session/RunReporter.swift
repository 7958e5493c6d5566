/// What writes the report of a run, from the run folder and a snapshot of the model: the part of rank 0 in `ReportRenewal`.
package protocol RunReporter: AnyObject {
    /// Lines of the run folder that were read before may have been taken back.
    func forget()

    /// Writes the report anew.
    func write(_ snapshot: ModelSnapshot) throws
}

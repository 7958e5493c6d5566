/// What writes the report of a run, from the run folder and a snapshot of the model: the part of rank 0 in `ReportRenewal`.
package protocol RunReporter: AnyObject {
    /// Writes the report anew.
    func write(_ snapshot: ModelSnapshot) throws
}

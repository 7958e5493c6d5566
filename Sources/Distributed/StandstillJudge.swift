/// Judges, look after look, from what ranks show of themselves, whether a job stands still.
///
/// A rank gives a sign when its count moves, and, outside collectives, when it computes: its processor time grows by more than a share, for as long as
/// its expectation allows. A process that does not run shows it, too: its own watchdog looks no more. So
/// - a rank that has waited in one collective for a minute alarms when a rank of its host has not run for a minute, whatever else goes on;
/// - a rank alarms when none of its host has given a sign for as long as the longest of their expectations lets them stand still, and for a minute
///   when all of them wait in collectives: nobody works with storage then;
/// - where ranks of other hosts belong to the job and all of this host wait, for as long as those may compute.
///
/// Seconds are those in which the judge itself ran: a job that was suspended as a whole and continued is no alarm.
package struct StandstillJudge {
    package let limit: WatchdogLimit
    private var tracks: [Int: Track] = [:]

    /// The least share of a processor that counts as computing: what threads beside the work use is far below it, what a rank among many on one core gets
    /// is above.
    private static let computingShare = 1.0 / 300

    private struct Track {
        var report: ProgressReport
        /// Processor time at the last sign.
        var work: Double
        /// Seconds since the watchdog of the rank looked last, since its last sign, and since its count moved last.
        var (withoutBeat, withoutSign, inPlace) = (0.0, 0.0, 0.0)

        init(_ report: ProgressReport) { (self.report, work) = (report, report.work) }

        mutating func take(_ new: ProgressReport, seconds: Double, leastWork: Double) {
            withoutBeat = new.beat == report.beat ? withoutBeat + seconds : 0
            inPlace = new.count == report.count ? inPlace + seconds : 0
            let computes = !new.isWaiting && new.work - work >= leastWork && inPlace < new.computing
            if inPlace == 0 || computes {
                (withoutSign, work) = (0, new.work)
            } else {
                withoutSign += seconds
            }
            report = new
        }
    }

    package init(limit: WatchdogLimit) { self.limit = limit }

    /// Whether the job stands still, as this rank sees it now.
    /// - Parameters:
    ///   - peers: the other ranks of the host that can be seen.
    ///   - seesAll: whether these and this one are the whole job.
    ///   - seconds: since the last look, as far as this process ran.
    package mutating func judge(own: ProgressReport, peers: [ProgressReport], seesAll: Bool, seconds: Double) -> Standstill? {
        for report in [own] + peers { take(report, seconds: seconds) }
        let seen = ([own] + peers).filter { !$0.hasEnded }.compactMap { tracks[$0.rank] }
        guard let mine = tracks[own.rank] else { return nil }
        let stopped = seen.filter { $0.withoutBeat > limit.seconds && $0.report.rank != own.rank }
        let quiet = seen.map(\.withoutSign).min() ?? 0
        let isStopped = own.isWaiting && mine.inPlace > limit.seconds && !stopped.isEmpty
        guard isStopped || quiet > allowed(own, seen.map(\.report), seesAll: seesAll) else { return nil }
        return Standstill(
            own: own, peers: peers.filter { !$0.hasEnded }, stopped: stopped.map(\.report.rank), seesAll: seesAll, seconds: mine.inPlace)
    }

    private mutating func take(_ report: ProgressReport, seconds: Double) {
        let leastWork = limit.seconds * Self.computingShare
        tracks[report.rank, default: Track(report)].take(report, seconds: seconds, leastWork: leastWork)
    }

    private func allowed(_ own: ProgressReport, _ seen: [ProgressReport], seesAll: Bool) -> Double {
        let standing = seen.map(\.standing).max() ?? limit.seconds
        guard seen.allSatisfy(\.isWaiting) else { return standing }
        return seesAll ? limit.seconds : max(standing, own.computing)
    }
}

/// A job that stands still, as one of its ranks sees it.
package struct Standstill: Hashable {
    package let own: ProgressReport
    /// The other ranks of the host that have not ended.
    package let peers: [ProgressReport]
    /// Those of them whose processes do not run.
    package let stopped: [Int]
    package let seesAll: Bool
    /// For how long this rank has been in its place.
    package let seconds: Double

    /// The rank that speaks, of those of the host that run.
    package var speaker: Int { ([own] + peers).map(\.rank).filter { !stopped.contains($0) }.min() ?? own.rank }
}

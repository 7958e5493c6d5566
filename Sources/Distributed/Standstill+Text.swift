extension Standstill {
    /// Ranks that a message names one by one.
    private static let mostNamed = 8

    /// One line: rank, place and activity, for how long, what the other ranks do, and what to do next.
    /// - Parameters:
    ///   - ranks: of the job; nil where that is not known yet.
    ///   - step: of the training that runs.
    ///   - condition: what the kernel says of a process; nil where it is gone.
    ///   - strangers: stopped processes of the job beside those that are seen.
    package func text(
        ranks: Int?, step: Int?, condition: (Int32) -> String?, strangers: [(rank: Int, process: Int32)]
    ) -> String {
        let size = ranks.map { " of \($0)" } ?? ""
        let verb = own.isWaiting ? "has waited" : "has stood still"
        let time = "\(verb) for \(Int(seconds)) s \(own.isWaiting ? "in" : "after") \(Self.place(own))"
        let now = step.map { " at step \($0)" } ?? ""
        return "watchdog: rank \(own.rank)\(size) \(time)\(now): \(reason(condition, strangers)). "
            + "Start the same command again when that is mended; a training continues from its last checkpoint."
    }

    private func reason(_ condition: (Int32) -> String?, _ strangers: [(rank: Int, process: Int32)]) -> String {
        if !stopped.isEmpty {
            return listed(peers.filter { stopped.contains($0.rank) }) { peer in
                "rank \(peer.rank) (process \(peer.process)) \(condition(peer.process) ?? "is gone")"
                    + (peer.place.isEmpty ? "" : ", last seen in \(Self.place(peer))")
            }
        }
        if !strangers.isEmpty {
            return listed(strangers) { "rank \($0.rank) (process \($0.process)) \(condition($0.process) ?? "is gone")" }
        }
        let idle = peers.filter { !$0.isWaiting }
        if !idle.isEmpty {
            return listed(idle) { "rank \($0.rank) (process \($0.process)) stands still after \(Self.place($0))" } + Self.storage
        }
        if !own.isWaiting { return "its storage does not answer, or one of its threads waits for ever" }
        // Long texts of others are cut.
        let here = ProgressReport(bytes: own.bytes) ?? own
        let elsewhere = peers.filter { ($0.place, $0.activity) != (here.place, here.activity) }
        if !elsewhere.isEmpty {
            return listed(elsewhere) { "rank \($0.rank) waits in \(Self.place($0))" }
                + ", so they wait for each other: were they given the same command?"
        }
        if !seesAll { return "a rank that this one cannot see did not come: it stopped, or its host or the network did" }
        return "all ranks wait there: what carries messages between them stopped"
    }

    private static let storage = ": its storage does not answer, or one of its threads waits for ever"

    private func listed<Item>(_ items: [Item], _ words: (Item) -> String) -> String {
        let named = items.prefix(Self.mostNamed).map(words).joined(separator: "; ")
        return items.count > Self.mostNamed ? "\(named); and \(items.count - Self.mostNamed) more" : named
    }

    private static func place(_ report: ProgressReport) -> String {
        let place = report.place.isEmpty ? "its start" : report.place
        return report.activity.isEmpty ? place : "\(place) (\(report.activity))"
    }
}

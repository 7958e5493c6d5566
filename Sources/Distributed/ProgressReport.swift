/// What a rank shows of itself to the watchdogs of its host, once a look.
package struct ProgressReport: Hashable {
    package var rank: Int
    package var process: Int32
    /// Grows with every look of the rank's own watchdog: while it stands, the process does not run.
    package var beat: Int64 = 0
    /// Of its `ProgressBoard`.
    package var count: Int64 = 0
    /// Whether it is inside a collective, and its processor time says nothing.
    package var isWaiting = false
    /// Seconds of processor time of all its threads but the watchdog's.
    package var work = 0.0
    /// Seconds that it may compute, or stand still, without another sign: its expectation, scaled.
    package var computing = 0.0
    package var standing = 0.0
    /// Whether it has left MPI and goes its own way.
    package var hasEnded = false
    package var place = ""
    package var activity = ""

    package static let byteCount = 256
    private static let textBytes = 92

    /// Of a fixed size: numbers, then the two texts, cut where they are too long.
    package var bytes: [UInt8] {
        let words: [Int64] = [
            Int64(rank), Int64(process), beat, count, isWaiting ? 1 : 0, hasEnded ? 1 : 0, Int64(work * 1e6), Int64(computing * 1e3),
            Int64(standing * 1e3),
        ]
        let numbers = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return numbers + Self.field(place) + Self.field(activity)
    }

    package init(rank: Int, process: Int32) { (self.rank, self.process) = (rank, process) }

    /// nil for other bytes than those of a report.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        func word(_ index: Int) -> Int64 { (0..<8).reduce(0) { $0 | Int64(bytes[8 * index + $1]) << (8 * $1) } }
        func text(_ index: Int) -> String {
            let start = Self.byteCount - (2 - index) * Self.textBytes
            return String(decoding: bytes[start..<start + Self.textBytes].prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(rank: Int(word(0)), process: Int32(truncatingIfNeeded: word(1)))
        (beat, count, isWaiting, hasEnded) = (word(2), word(3), word(4) != 0, word(5) != 0)
        (work, computing, standing) = (Double(word(6)) / 1e6, Double(word(7)) / 1e3, Double(word(8)) / 1e3)
        (place, activity) = (text(0), text(1))
    }

    private static func field(_ text: String) -> [UInt8] {
        let cut = Array(text.utf8.prefix(textBytes))
        return cut + [UInt8](repeating: 0, count: textBytes - cut.count)
    }
}

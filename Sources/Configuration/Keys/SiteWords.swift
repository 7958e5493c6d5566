import Datasets
import Failures
import Numerics

/// What the coordinates of a state are, in words from the first coordinate on: `spin*16, number*2`. The last word goes on to the end where it has no count.
struct SiteWords: Sendable {
    /// Each with a count; nil: one of them, of the last one as many as there are.
    private var entries: [(word: Word, count: Int?)] = []
    private let text: String

    /// So many of one word at most, and values of a site.
    private static let (mostCount, mostValues) = (1 << 20, 4096)

    private enum Word {
        case number
        /// At 0.
        case site(DiscreteSite, SiteOrder)

        /// Coordinates that it takes.
        var width: Int { if case .site(let site, _) = self { site.coordinates.count } else { 1 } }
    }

    /// - Throws: `.configuration` for what is no such word.
    init(_ texts: [String]) throws(Failure) {
        text = texts.joined(separator: ", ")
        for text in texts {
            let parts = text.split(separator: "*", omittingEmptySubsequences: false)
            let count = parts.count == 2 ? Int(parts[1]) : nil
            guard let word = Self.word(parts[0]), parts.count == 1 || count.map({ (1...Self.mostCount).contains($0) }) == true else {
                throw Failure(
                    .configuration,
                    "sampler.sites: expected spin, bit, potts:K, levels:K or number, K from 2 to \(Self.mostValues), each with *N behind it for N of them, "
                        + "found \"\(text)\"")
            }
            entries.append((word, count))
        }
    }

    private static func word(_ text: Substring) -> Word? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let count = parts.count == 2 ? Int(parts[1]).flatMap { (2...mostValues).contains($0) ? $0 : nil } : nil
        switch (parts[0], count, parts.count) {
        case ("number", _, 1): return .number
        case ("spin", _, 1): return .site(.bit(at: 0, -1, 1), .none)
        case ("bit", _, 1): return .site(.bit(at: 0), .none)
        case ("potts", let count?, 2): return .site(.oneHot(at: 0, of: count), .none)
        case ("levels", let count?, 2):
            return .site(DiscreteSite(coordinates: 0..<1, values: (0..<count).map { [Float($0)] }), .path(count))
        default: return nil
        }
    }

    /// The fewest coordinates of a state that they describe.
    var fewest: Int { entries.reduce(0) { $0 + $1.word.width * ($1.count ?? 1) } }

    /// What states of so many coordinates consist of.
    /// - Throws: `.configuration` where they do not fit.
    func space(_ coordinates: Int) throws(Failure) -> RowSpace? {
        guard let last = entries.last else { return nil }
        // The last word goes on.
        let more = last.count == nil ? max(0, (coordinates - fewest) / last.word.width) : 0
        guard fewest + more * last.word.width == coordinates else {
            throw Failure(
                .configuration,
                "sampler.sites: expected words for the \(coordinates) coordinates of a state, found \(text) for "
                    + "\(fewest + more * last.word.width)")
        }
        var (sites, first): ([RowSpace.Site], Int) = ([], 0)
        for (place, entry) in entries.enumerated() {
            let (count, width) = ((entry.count ?? 1) + (place == entries.count - 1 ? more : 0), entry.word.width)
            if case .site(let site, let order) = entry.word {
                sites += (0..<count).map { RowSpace.Site(site.moved(to: first + $0 * width), order) }
            }
            first += count * width
        }
        return RowSpace(sites, dimension: coordinates)
    }
}

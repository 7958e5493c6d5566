import Distributed
import Failures
import Foundation
import Numerics

/// How often samples look like the class of their condition: the class of most of the nearest training rows.
public struct ClassEvaluation: Codable, Hashable, Sendable {
    public let samples: Int
    /// The share of samples whose neighbours have that class.
    public let agreement: Double
    /// The same share of data rows that are not among the neighbours, with their own class; absent for data without classes.
    public let ceiling: Double?
    /// The data of the ceiling.
    public let data: String
    /// The share where neighbours had nothing to do with it.
    public let chance: Double
    /// Training rows among which neighbours are sought.
    public let neighbours: Int

    private static let rowsPerTile = 64
    /// Neighbours that vote.
    static let votes = 5
    private static let mostNeighbours = 5000

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - samples: rows x values, the same on all ranks; `wanted`: the class of each.
    ///   - other: data whose rows give the ceiling; nil: training rows that are no neighbours.
    /// - Throws: `.data` for training rows without classes.
    package init(
        _ samples: Matrix, wanted: [Int], training: EvaluationRows, other: EvaluationRows?, _ communicator: any Communicator
    ) throws(Failure) {
        let isSame = other.map { $0.digest == training.digest } ?? true
        let heldCount = min(samples.rows, isSame ? training.available / 2 : other?.available ?? 0)
        let near = 0..<min(Self.mostNeighbours, training.available - (isSame ? heldCount : 0))
        guard let classes = training.labels(near) else {
            throw Failure(.data, "\(training.name): expected rows with classes, found none")
        }
        let search = NearestRows(training.read(near))
        let held = isSame ? training : other ?? training
        let heldRange = isSame ? near.upperBound..<near.upperBound + heldCount : 0..<heldCount
        self.samples = samples.rows
        data = held.name
        neighbours = near.count
        agreement = try Self.share(of: samples, wanted, search, classes, communicator)
        ceiling =
            try heldCount == 0
            ? nil
            : held.labels(heldRange).map { (own) throws(Failure) in
                try Self.share(of: held.read(heldRange), own, search, classes, communicator)
            }
        let all = Set(wanted)
        func part(_ list: [Int], _ label: Int) -> Double { Double(list.count { $0 == label }) / Double(list.count) }
        chance = all.sorted().reduce(0.0) { $0 + part(wanted, $1) * part(classes, $1) }
    }

    /// Collective. The share of rows most of whose neighbours have the wanted class.
    private static func share(
        of rows: Matrix, _ wanted: [Int], _ search: NearestRows, _ classes: [Int], _ communicator: any Communicator
    ) throws(Failure) -> Double {
        let size = rowsPerTile
        let agrees = try DealtTiles.gather(tiles: (rows.rows + size - 1) / size, perTile: 1, communicator) { tile in
            let part = tile * size..<min(rows.rows, (tile + 1) * size)
            let found = search.nearest(votes, to: rows.rows(part))
            return [Double(zip(part, found).count { majority($1.map { classes[$0] }) == wanted[$0] })]
        }
        return agrees.reduce(0, +) / Double(rows.rows)
    }

    /// The most frequent class, of equally frequent ones that of the nearest row; nil of none.
    package static func majority(_ classes: [Int]) -> Int? {
        let most = classes.map { label in classes.count { $0 == label } }.max()
        return classes.first { label in classes.count { $0 == label } == most }
    }

    /// Lines for the person at the terminal.
    public var text: String {
        func percent(_ share: Double?) -> String { share.map { String(format: "%.1f %%", 100 * $0) } ?? "-" }
        return """
            class of most of the \(Self.votes) nearest of \(neighbours) training rows, as told:
            \(percent(agreement)) of \(samples) samples; \(percent(ceiling)) of other rows of \(data), \(percent(chance)) by chance
            """
    }
}

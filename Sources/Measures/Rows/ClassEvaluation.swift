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
    /// Where both lie by chance in the choice of samples and rows.
    public let intervals: Intervals
    /// The data of the ceiling.
    public let data: String
    /// The share where neighbours had nothing to do with it.
    public let chance: Double
    /// Training rows among which neighbours are sought.
    public let neighbours: Int

    /// Of the values of the same names.
    public struct Intervals: Codable, Hashable, Sendable {
        public let agreement: Interval
        public let ceiling: Interval?
    }

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
        let bootstrap = Bootstrap()
        let found = bootstrap.share(of: try Self.agreements(of: samples, wanted, search, classes, communicator))
        let other =
            try heldCount == 0
            ? nil
            : held.labels(heldRange).map { (own) throws(Failure) in
                bootstrap.share(of: try Self.agreements(of: held.read(heldRange), own, search, classes, communicator), set: 1)
            }
        (agreement, ceiling) = (found.value, other?.value)
        intervals = Intervals(agreement: found.interval, ceiling: other?.interval)
        let all = Set(wanted)
        func part(_ list: [Int], _ label: Int) -> Double { Double(list.count { $0 == label }) / Double(list.count) }
        chance = all.sorted().reduce(0.0) { $0 + part(wanted, $1) * part(classes, $1) }
    }

    /// Collective. Whether most of a row's neighbours have the wanted class.
    private static func agreements(
        of rows: Matrix, _ wanted: [Int], _ search: NearestRows, _ classes: [Int], _ communicator: any Communicator
    ) throws(Failure) -> [Bool] {
        try DealtTiles.rows(rows.rows, perTile: rowsPerTile, columns: 1, communicator) { part in
            zip(part, search.nearest(votes, to: rows.rows(part))).map { row, found in
                [majority(found.map { classes[$0] }) == wanted[row] ? 1 : 0]
            }
        }.map { $0[0] == 1 }
    }

    /// The most frequent class, of equally frequent ones that of the nearest row; nil of none.
    package static func majority(_ classes: [Int]) -> Int? {
        let most = classes.map { label in classes.count { $0 == label } }.max()
        return classes.first { label in classes.count { $0 == label } == most }
    }

    /// Lines for the person at the terminal.
    public var text: String {
        let others = ceiling.flatMap { value in intervals.ceiling.map { Estimate(value, $0).percent } }
        return """
            class of most of the \(Self.votes) nearest of \(neighbours) training rows, as told:
            \(Estimate(agreement, intervals.agreement).percent) of \(samples) samples; \(others ?? "-") of other rows of \(data), \
            \(String(format: "%.1f", 100 * chance)) % by chance
            """
    }
}

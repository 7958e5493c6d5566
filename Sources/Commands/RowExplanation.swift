import Datasets
import Distributed
import Failures
import Foundation
import Measures
import Numerics
import Training

/// Where the score of a row lies among those of training rows, and which columns it comes from.
///
/// The part of a column c is how far the score falls when the column is resampled: E(x) minus the mean of E over rows x whose c is that of a training row,
/// over the same `donors` training rows for all. It is large where the column's value alone makes the row unlikely, also for its other columns' sake.
struct RowExplanation {
    /// Training rows whose columns stand in.
    static let donors = 32
    /// Training rows whose scores are compared, at most.
    private static let mostRows = 10_000
    /// Rows and columns that are shown.
    private static let (shownRows, shownColumns) = (5, 3)

    let names: [String]
    /// The coordinates of each column.
    private let places: [Range<Int>]
    private let donorRows: Matrix
    /// Of training rows, rising.
    private let trainingScores: [Double]
    private let scores: RowScores

    /// Collective.
    /// - Throws: `.usage` for images and for scores that are sums, and what reading the training data throws.
    init(_ trained: TrainedModel, _ scores: RowScores, _ communicator: any Communicator) throws(Failure) {
        guard trained.shape.isVector, scores.parts.isEmpty else {
            throw Failure(
                .usage,
                "energy: --explain: expected an energy of rows of numbers, found "
                    + (scores.parts.isEmpty ? "one of images of \(trained.shape)" : "a latent prior"))
        }
        let preparation = try trained.preparation(communicator)
        let table = preparation.table?.coordinatePlaces
        places = table ?? (0..<trained.shape.count).map { $0..<$0 + 1 }
        names = preparation.dataColumns ?? (1...trained.shape.count).map { "x\($0)" }
        let training = try trained.evaluationRows(nil, communicator).training.centred
        donorRows = training.read(0..<min(Self.donors, training.available))
        self.scores = scores
        let condition = trained.rowCondition
        try communicator.agree { try condition.map { (condition) throws(Failure) in try training.check(condition) } }
        let found = try scores.scores(
            of: training, count: min(Self.mostRows, training.available), condition: condition, communicator)
        trainingScores = found[0].sorted()
    }

    /// The columns behind the score in a file.
    var columns: [String] { ["percentile"] + names.map { "from \($0)" } }

    /// The share of training rows with a lower score in percent, equal ones counted half, then the part of each column.
    /// - Parameters:
    ///   - rows: a tile.
    ///   - condition: of each row, which it keeps when a column is resampled; nil for energies of rows alone.
    ///   - own: their scores.
    func values(of rows: Matrix, _ condition: Matrix?, scores own: [Double], tile: Int) -> [[Double]] {
        var falls = [[Double]](repeating: [], count: rows.rows)
        for place in places {
            var sums = [Double](repeating: 0, count: rows.rows)
            for donor in 0..<donorRows.rows {
                let changed = Matrix(rows: rows.rows, columns: rows.columns)
                changed.copy(from: rows)
                for row in 0..<rows.rows { for column in place { changed[row, column] = donorRows[donor, column] } }
                for (row, found) in scores.scores(of: changed, condition: condition, tile: tile).enumerated() { sums[row] += found[0] }
            }
            for row in 0..<rows.rows { falls[row].append(own[row] - sums[row] / Double(donorRows.rows)) }
        }
        return zip(own, falls).map { [percentile($0)] + $1 }
    }

    private func percentile(_ score: Double) -> Double {
        func below(_ isBelow: (Double) -> Bool) -> Double { Double(trainingScores.partitioningIndex(where: isBelow)) }
        guard !score.isNaN else { return .nan }
        return 50 * (below { $0 < score } + below { $0 <= score }) / Double(trainingScores.count)
    }

    /// What a person looks at first: the rows with the highest scores.
    /// - Parameter values: score, percentile and parts of all rows.
    func text(_ values: [Double]) -> String {
        let width = 1 + columns.count
        let rows = (0..<values.count / width).sorted { (values[$0 * width], $1) > (values[$1 * width], $0) }.prefix(Self.shownRows)
        func short(_ number: Double) -> String { String(format: "%.4g", number) }
        let lines = rows.map { row in
            let own = values[row * width..<(row + 1) * width]
            let parts = zip(names, own.dropFirst(2)).sorted { $0.1 > $1.1 }.prefix(Self.shownColumns).map { "\($0.0) (\(short($0.1)))" }
            return
                "row \(row) from 0: energy \(short(own[own.startIndex])), above \(String(format: "%.1f", own[own.startIndex + 1])) % of the training "
                + "rows; most from \(parts.joined(separator: ", "))"
        }
        return (["least like the training rows:"] + lines).joined(separator: "\n")
    }
}

extension [Double] {
    /// How many elements at the beginning, of rising ones, are so.
    fileprivate func partitioningIndex(where holds: (Double) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

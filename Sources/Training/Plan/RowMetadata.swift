import Datasets
import Failures
import Foundation
import Numerics

/// How rows become what a model works on, as the metadata of model.safetensors say it: `rows`, and `conditionRows` for images that are its condition.
/// Means and deviations have the order of a row in a file: channels outermost.
package struct RowMetadata: Hashable, Sendable {
    package let rows: RowPreparation
    /// Of the images that belong to the rows.
    let condition: RowPreparation?

    init(rows: RowPreparation, condition: RowPreparation?) { (self.rows, self.condition) = (rows, condition) }

    /// The JSON of an entry.
    private struct Entry: Codable {
        var shape: [Int]
        var levels: Int?
        var low: Float?
        var high: Float?
        var dequantised: Bool?
        var means: [Double]?
        var deviations: [Double]?
        var curves: [ScaleCurve]?
        var columns: [String]?
        var table: TableColumns?
        var label: String?
        var classNames: [String]?
        var classes: [Int]?
    }

    private static let (rowsKey, conditionKey) = ("rows", "conditionRows")

    var metadata: [String: String] {
        get throws(Failure) {
            var metadata = [Self.rowsKey: try Self.json(rows)]
            if let condition { metadata[Self.conditionKey] = try Self.json(condition) }
            return metadata
        }
    }

    /// Nil for files of earlier versions. Metadata may have been edited: everything is checked.
    /// - Throws: `.checkpoint` where an entry is no preparation of rows.
    init?(metadata: [String: String], path: String) throws(Failure) {
        guard let text = metadata[Self.rowsKey] else { return nil }
        rows = try Self.preparation(text, Self.rowsKey, path)
        condition = try metadata[Self.conditionKey].map { (text) throws(Failure) in try Self.preparation(text, Self.conditionKey, path) }
    }

    /// - Throws: `.checkpoint` for rows of another shape than the networks'.
    func check(_ shape: ImageShape, _ path: String) throws(Failure) {
        guard rows.shape == shape else { throw Self.damage(Self.rowsKey, path, "rows of \(shape)", "rows of \(rows.shape)") }
    }

    private static func json(_ rows: RowPreparation) throws(Failure) -> String {
        var entry = Entry(shape: rows.shape.fileShape)
        if let levels = rows.levels {
            (entry.levels, entry.low, entry.high, entry.dequantised) = (levels, rows.low, rows.high, rows.isDequantised)
        }
        entry.means = rows.scales.map { ChannelOrder.outermost($0.moments.means, shape: rows.shape) }
        entry.deviations = rows.scales.map { ChannelOrder.outermost($0.moments.deviations, shape: rows.shape) }
        entry.curves = rows.scales.flatMap { $0.curves.isEmpty ? nil : $0.curves }
        (entry.columns, entry.table) = (rows.columns, rows.table)
        (entry.label, entry.classNames, entry.classes) = (rows.label, rows.classNames, rows.classes)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return String(decoding: try encoder.encode(entry), as: UTF8.self)
        } catch {
            throw Failure(.software, "the preparation of rows cannot be written: \(error)")
        }
    }

    private static func preparation(_ text: String, _ key: String, _ path: String) throws(Failure) -> RowPreparation {
        guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(text.utf8)), let shape = ImageShape(file: entry.shape) else {
            throw damage(key, path, "a shape and how values are prepared", "'\(text.prefix(80))'")
        }
        var scales: ColumnScales?
        if entry.means != nil || entry.deviations != nil {
            guard let means = entry.means, let deviations = entry.deviations, means.count == shape.count, deviations.count == shape.count,
                means.allSatisfy(\.isFinite), deviations.allSatisfy({ $0 > 0 && $0.isFinite && (1 / $0).isFinite }), entry.levels == nil
            else { throw damage(key, path, "\(shape.count) means and \(shape.count) deviations above 0, without levels", "others") }
            let curves = entry.curves ?? []
            guard curves.isEmpty || curves.count == shape.count && shape.isVector && curves.allSatisfy(\.isSound) else {
                throw damage(key, path, "a curve for each of \(shape.count) values, whose knots rise", "others")
            }
            scales = ColumnScales(
                ColumnMoments(
                    means: ChannelOrder.innermost(means, shape: shape), deviations: ChannelOrder.innermost(deviations, shape: shape)),
                curves: curves)
        }
        let (low, high) = (entry.low ?? -1, entry.high ?? 1)
        guard (1...256).contains(entry.levels ?? 1), low.isFinite, high.isFinite, low < high else {
            throw damage(key, path, "1 to 256 levels from low to a higher high", "\(entry.levels ?? 1) from \(low) to \(high)")
        }
        guard entry.columns?.count ?? shape.count == shape.count, entry.classes?.isEmpty != true,
            entry.classes?.allSatisfy({ (0...1 << 20).contains($0) }) ?? true, entry.table?.width ?? shape.count == shape.count,
            entry.table?.columns.isEmpty != true
        else { throw damage(key, path, "a name for each of \(shape.count) columns, and classes from 0", "others") }
        return RowPreparation(
            shape: shape, levels: entry.levels, low: low, high: high, isDequantised: entry.dequantised ?? false, scales: scales,
            columns: entry.columns, table: entry.table, label: entry.label, classNames: entry.classNames, classes: entry.classes)
    }

    private static func damage(_ key: String, _ path: String, _ expected: String, _ found: String) -> Failure {
        Failure(.checkpoint, "\(path): metadata \"\(key)\": expected \(expected), found \(found): the file is damaged")
    }
}

extension ImageShape {
    /// The shape of a row in a file: channels first, as PyTorch has it.
    package var fileShape: [Int] { isVector ? [channels] : [channels, height, width] }

    /// The shape that a file's `fileShape` stands for.
    fileprivate init?(file sizes: [Int]) {
        guard [1, 3].contains(sizes.count), sizes.allSatisfy({ (1...1 << 20).contains($0) }),
            sizes.reduce(1.0, { $0 * Double($1) }) <= 0x1p40
        else { return nil }
        self = sizes.count == 1 ? ImageShape(vector: sizes[0]) : ImageShape(height: sizes[1], width: sizes[2], channels: sizes[0])
    }
}

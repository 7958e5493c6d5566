import Failures
import Foundation
import Numerics

/// How rows of data become what a model works on. It is a part of the model: rows given later are prepared as those that were learned, or refused.
///
/// A value v, in the units of the data, becomes low + (high - low) v / (levels - 1); of dequantised levels the middle of its cell,
/// low + (high - low) (v + 1/2) / levels; of a table the coordinates that its columns say (`TableColumns`); scaled as `ColumnScales` say; else it stays v.
public struct RowPreparation: Hashable, Sendable {
    /// The shape of a row.
    public let shape: ImageShape
    /// Levels of whole-number data; nil for real numbers.
    public var levels: Int?
    public var low: Float
    public var high: Float
    public var isDequantised: Bool
    /// Of scaled data, in the order of a row's values.
    public var scales: ColumnScales?
    /// The names of a row's values, where the data have names.
    public var columns: [String]?
    /// What the columns of a table became; nil where a row's values are those of the data.
    public var table: TableColumns?
    /// The name of the column of labels, and the words that labels stand for.
    public var label: String?
    public var classNames: [String]?
    /// The classes that have rows, in order, where they are a model's condition.
    public var classes: [Int]?

    public init(
        shape: ImageShape, levels: Int? = nil, low: Float = -1, high: Float = 1, isDequantised: Bool = false,
        scales: ColumnScales? = nil, columns: [String]? = nil, table: TableColumns? = nil, label: String? = nil,
        classNames: [String]? = nil, classes: [Int]? = nil
    ) {
        self.shape = shape
        (self.levels, self.low, self.high, self.isDequantised) = (levels, low, high, isDequantised)
        (self.scales, self.columns, self.table) = (scales, columns, table)
        (self.label, self.classNames, self.classes) = (label, classNames, classes)
    }

    /// Of the rows that a stream gives.
    /// - Parameter hasClasses: whether the labels are a model's condition.
    public init(of stream: DataStream, hasClasses: Bool = false) {
        let (dataset, preparation) = (stream.source.dataset, stream.preparation)
        self.init(
            shape: stream.shape, levels: dataset?.levels, low: preparation.low, high: preparation.high,
            isDequantised: preparation.dequantize && dataset?.levels != nil, scales: stream.scales, columns: stream.source.columnNames,
            table: dataset?.table.columns, label: dataset?.labelName, classNames: dataset?.table.classNames,
            classes: hasClasses ? dataset?.labels.map { Set($0.map { Int($0) }).sorted() } : nil)
    }

    /// Of the rows of a data set that are the condition of others: scaled, neither dequantised nor standardised.
    public init(ofPartners dataset: Dataset, _ preparation: DataPreparation) {
        self.init(
            shape: dataset.shape, levels: dataset.levels, low: preparation.low, high: preparation.high, columns: dataset.columnNames)
    }

    /// The columns by which other tables are read: none where two have one name.
    public var matchedColumns: [String]? {
        if let table, !table.isNamed { return nil }
        guard let columns = table?.names ?? columns, Set(columns).count == columns.count else { return nil }
        return columns
    }

    /// Whether the model's values are those of the data.
    public var isIdentity: Bool { levels == nil && scales == nil && table == nil }

    /// Values of a row in the units of the data, and their names where there are any.
    public var dataWidth: Int { table?.columns.count ?? shape.count }
    public var dataColumns: [String]? { table?.names ?? columns }

    /// The values that data of levels can have, in their units; nil for real numbers. Of dequantised levels the cells of the lowest and the highest.
    public var dataRange: ClosedRange<Double>? { levels.map { -offset...(Double(cells($0)) - offset) } }

    /// log of the volume that a unit of the data's becomes on the model's scale: log p of a row in the units of the data is its log p on the model's scale plus
    /// this, Σ log |dy/dv| over the values of a row. Nil where no volume belongs to a unit: of columns that are no numbers, and of curves.
    public var logVolume: Double? {
        guard table?.areNumbers != false, scales?.curves.isEmpty != false else { return nil }
        if let scales { return -scales.moments.deviations.reduce(0) { $0 + log($1) } }
        guard let levels else { return 0 }
        return Double(shape.count) * log(range / Double(cells(levels)))
    }

    // MARK: values

    /// Values in the units of the data as the model's.
    /// - Parameter values: whole rows of `dataWidth` values; of tables cells.
    public func modelValues(_ values: [Double]) -> [Float] {
        converted(table?.encode(values) ?? values) { value, column in
            if let scales { return Float(scales.forward(value, column)) }
            guard let levels else { return Float(value) }
            return Float(Double(low) + (value + offset) * range / Double(cells(levels)))
        }
    }

    /// Values of the model in the units of the data; to the model and back they are the same but for the rounding of doubles, and for the coordinates of
    /// columns that are no numbers, of which the nearest cell is taken.
    /// - Parameter completing: whether something is in each cell of a table.
    public func dataValues(_ values: [Float], completing: Bool = false) -> [Double] {
        let numbers = converted(values) { value, column in
            if let scales { return scales.backward(Double(value), column) }
            guard let levels else { return Double(value) }
            return (Double(value) - Double(low)) / range * Double(cells(levels)) - offset
        }
        guard let table else { return numbers }
        return inScale(table.decode(numbers, completing: completing), table)
    }

    /// Cells of a table, row by row, of which whole numbers are such as their scale has values for: the least that has a logarithm is 1.
    private func inScale(_ cells: [Double], _ table: TableColumns) -> [Double] {
        guard let scales, !scales.curves.isEmpty, table.hasWhole else { return cells }
        let places = table.coordinatePlaces
        return cells.indices.map { index in
            let column = index % places.count
            let isOutside = table.columns[column].isWhole && !cells[index].isNaN && !scales.allows(cells[index], places[column].lowerBound)
            return isOutside ? 1 : cells[index]
        }
    }

    private func converted<T, U>(_ values: [T], _ convert: (T, Int) -> U) -> [U] {
        let width = shape.count
        return values.indices.map { convert(values[$0], $0 % width) }
    }

    private var range: Double { Double(high) - Double(low) }
    private var offset: Double { isDequantised ? 0.5 : 0 }
    private func cells(_ levels: Int) -> Int { isDequantised ? levels : max(1, levels - 1) }

    /// Rows of a data set that was made to conform, as the model works on them, rows x values: in the middle of the cells over which training spreads values.
    /// - Parameters:
    ///   - range: nil for all of them.
    ///   - spread: what spreads them over these cells, value j of them by number j; nil: nothing.
    ///   - spreadsValues: whether it spreads columns of a table that are no numbers too.
    ///   - sites: coordinates that have finitely many values for the model, which they keep.
    public func rows(
        of dataset: Dataset, _ range: Range<Int>? = nil, spreadBy spread: RandomStream? = nil, spreadsValues: Bool = true,
        keeping sites: [Int] = []
    ) -> Matrix {
        let range = range ?? 0..<dataset.count
        let rows = Matrix(rows: range.count, columns: shape.count)
        let standardisation = scales.map { Standardisation($0) }
        var preparation = DataPreparation()
        (preparation.low, preparation.high) = (low, high)
        for row in range {
            let target = rows.rows(row - range.lowerBound..<row - range.lowerBound + 1)
            target.fill(0.5)
            if let spread, isDequantised {
                for column in 0..<shape.count { target[0, column] = spread.uniform(at: (row - range.lowerBound) * shape.count + column) }
            }
            dataset.fill(target, row: row, preparation, standardisation, dequantises: isDequantised)
        }
        if let spread, let table { TableSpread(table, scales, ofValues: spreadsValues, keeping: sites)?.apply(to: rows, spread) }
        return rows
    }
}

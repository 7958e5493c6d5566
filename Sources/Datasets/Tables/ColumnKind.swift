import Failures
import Foundation

/// A kind of column: how its cells become coordinates of the model, and back. `ColumnKinds.all` has them all.
///
/// A cell is a number: that of the file, or for words (`words`) the place of its word. What is missing is no matter of kinds: `TableColumn`.
protocol ColumnKind: Sendable {
    /// Its name in `data.kinds`.
    static var name: String { get }

    /// Learns what the kind has to know of a column.
    /// - Parameter argument: what stands behind the name in `data.kinds`, `24` in `cyclic:24`; nil where nothing does.
    /// - Throws: `.data` without a place: what was expected and what was found.
    init(fitting cells: ColumnCells, argument: String?) throws(Failure)
    /// What `parameters` gave; nil where these are no such.
    init?(_ parameters: ColumnParameters)

    var parameters: ColumnParameters { get }
    /// The names of the coordinates behind that of the column; one that is empty has the column's own name.
    var suffixes: [String] { get }
    /// How wide uniform noise spreads a coordinate, so that the data have a density; 0 for real numbers.
    var spread: Double { get }
    /// Whether cells are whole numbers.
    var isWhole: Bool { get }
    /// Whether coordinates are scaled as numbers are.
    var isScaled: Bool { get }
    /// What cells are, for objectives and samplers that tell numbers from others.
    var geometry: ColumnGeometry { get }
    /// For a person.
    var summary: String { get }

    /// The coordinates of a cell; of `ColumnParameters.unknown` those of none of the words.
    func encode(_ cell: Double) -> [Double]
    /// The cell that is nearest to coordinates that are finite.
    func decode(_ coordinates: [Double]) -> Double
    /// A cell in place of those that are missing.
    func filler(_ cells: [Double]) -> Double
    /// Whether the coordinate that says that nothing is there outweighs the others.
    func isMissing(_ coordinates: [Double], indicator: Double) -> Bool
}

extension ColumnKind {
    var words: [String]? { parameters.words }
    var spread: Double { 0 }
    var isScaled: Bool { false }
    var isWhole: Bool { false }
    /// Whether a cell is a number of the line, and its coordinate that number.
    var isNumber: Bool { if case .line = geometry { true } else { false } }

    func isMissing(_: [Double], indicator: Double) -> Bool { indicator > 0.5 }

    /// The middle one of those that are there.
    func filler(_ cells: [Double]) -> Double {
        let there = cells.filter { !$0.isNaN }.sorted()
        return there.isEmpty ? 0 : there[there.count / 2]
    }
}

/// What the cells of a column are.
enum ColumnGeometry {
    case line
    case circle
    /// Finitely many, the cells 0, 1, ...
    case values(Int, inOrder: Bool)
}

/// What a kind has learned of a column, as it stands in a model's file.
public struct ColumnParameters: Hashable, Codable, Sendable {
    /// The words that cells can be.
    var words: [String]?
    /// After which numbers repeat.
    var period: Double?
    /// Whether all whole numbers are the same; nil: not.
    var isConstant: Bool?

    /// The cell of a word that is none of the known ones.
    static let unknown = -1.0
}

enum ColumnKinds {
    static let all: [any ColumnKind.Type] = [
        NumberKind.self, WholeKind.self, CategoryKind.self, OrderedKind.self, CyclicKind.self, BitKind.self,
    ]
    /// The word of a column that is left out.
    static let none = "none"

    static func named(_ name: String) -> (any ColumnKind.Type)? { all.first { $0.name == name } }
    static var names: [String] { all.map { $0.name } }
}

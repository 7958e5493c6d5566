import Failures
import Formats
import Numerics

/// Where training data come from: a finite data set, or fresh samples of a density; or the space of an energy that is given, which has none.
public enum DataSource: Hashable, Sendable {
    case dataset(Dataset)
    case density(PlaneDensity)
    case space(CoordinateSpace)

    /// The names that need no file.
    public static var builtInNames: [String] { PlaneDensity.names + ["digits"] }

    /// The source of a built-in name, or of the path of a file or folder (`./rings` for a file of that name).
    ///
    /// - Throws: what `Dataset.load` throws; `.missingInput` for what is neither name nor path, with the nearest name; `.configuration` for a key
    ///   that says nothing of such data.
    public static func load(_ source: String, _ options: LoadingOptions = LoadingOptions()) throws(Failure) -> DataSource {
        if builtInNames.contains(source) { try ReadingKey.refuse(ReadingKey.allCases, of: source, options) }
        if let density = PlaneDensity(named: source) { return .density(density) }
        if source == "digits" { return .dataset(try .digits()) }
        guard PathKind(source) == .nothing else { return .dataset(try .load(path: source, options)) }
        throw Failure(
            .missingInput,
            "data source '\(source)': there is no such file or folder, and the built-in names are \(builtInNames.joined(separator: ", ")).\(Spelling.hint(for: source, in: builtInNames))"
        )
    }

    public var name: String {
        switch self {
        case .dataset(let dataset): dataset.name
        case .density(let density): density.name
        case .space(let space): space.name
        }
    }

    /// Whether there are rows of data.
    public var hasRows: Bool { if case .space = self { false } else { true } }

    /// What the values of a row are called, where they have names.
    public var columnNames: [String]? {
        switch self {
        case .dataset(let dataset): dataset.columnNames
        case .density: nil
        case .space(let space): space.coordinates
        }
    }

    /// The shape of a row.
    public var shape: ImageShape {
        switch self {
        case .dataset(let dataset): dataset.shape
        case .density: ImageShape(vector: 2)
        case .space(let space): space.shape
        }
    }

    /// The data set; nil for a density.
    public var dataset: Dataset? {
        if case .dataset(let dataset) = self { dataset } else { nil }
    }

    /// The density; nil for a data set.
    public var density: PlaneDensity? {
        if case .density(let density) = self { density } else { nil }
    }

    /// Sentences about how the files were read, those of the partner included.
    public var notes: [String] { (dataset?.notes ?? []) + (dataset?.partner?.notes ?? []) }

    /// Equal for equal data: the digest of a data set, the name of a density, or the digest of an energy.
    public var digest: String {
        switch self {
        case .dataset(let dataset): dataset.digest
        case .density(let density): density.name
        case .space(let space): space.digest
        }
    }

    /// The data sets: the rows and what belongs to them.
    public var datasets: [Dataset] { [dataset, dataset?.partner].compactMap { $0 } }

    /// What was found of the files of rows that stay in them.
    public var measuredFiles: [MeasuredFile] { datasets.compactMap { $0.stored.flatMap { $0.isOfNode ? nil : $0.file } } }

    /// The same data with a sentence for the person who gave them.
    public func noting(_ note: String) -> DataSource {
        guard var dataset else { return self }
        dataset.notes.append(note)
        return .dataset(dataset)
    }

    /// Everything as bytes, so that one process can load the source and hand it to others.
    public func encoded() throws(Failure) -> [UInt8] {
        switch self {
        case .density(let density): [0] + Array(density.name.utf8)
        case .dataset(let dataset): [1] + (try dataset.encoded())
        case .space(let space): [2] + Array(([space.name, space.digest] + space.coordinates).joined(separator: "\0").utf8)
        }
    }

    /// The source that `encoded` gave.
    /// - Parameter node: as `Dataset.init(encoded:node:)` has it.
    public init(encoded bytes: [UInt8], node: String? = nil) throws(Failure) {
        let rest = Array(bytes.dropFirst())
        if bytes.first == 0, let density = PlaneDensity(named: String(decoding: rest, as: UTF8.self)) {
            self = .density(density)
        } else if bytes.first == 2 {
            let texts = String(decoding: rest, as: UTF8.self).split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
            self = .space(CoordinateSpace(name: texts[0], coordinates: Array(texts[2...]), digest: texts[1]))
        } else {
            self = .dataset(try Dataset(encoded: rest, node: node))
        }
    }
}

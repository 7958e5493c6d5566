import Failures
import Formats
import Numerics

/// Where training data come from: a finite data set, or fresh samples of a density.
public enum DataSource: Hashable, Sendable {
    case dataset(Dataset)
    case density(PlaneDensity)

    /// The names that need no file.
    public static var builtInNames: [String] { PlaneDensity.names + ["digits"] }

    /// The source of a built-in name, or of the path of a file or folder (`./rings` for a file of that name).
    ///
    /// - Throws: what `Dataset.load` throws; `.missingInput` for what is neither name nor path, with the nearest name.
    public static func load(_ source: String, _ options: LoadingOptions = LoadingOptions()) throws(Failure) -> DataSource {
        if let density = PlaneDensity(named: source) { return .density(density) }
        if source == "digits" { return .dataset(try .digits()) }
        guard PathKind(source) == .nothing else { return .dataset(try .load(path: source, options)) }
        let nearest = builtInNames.min { editDistance($0, source) < editDistance($1, source) }!
        let hint = editDistance(nearest, source) <= 3 ? " Did you mean '\(nearest)'?" : ""
        throw Failure(
            .missingInput,
            "data source '\(source)': there is no such file or folder, and the built-in names are \(builtInNames.joined(separator: ", ")).\(hint)"
        )
    }

    public var name: String {
        switch self {
        case .dataset(let dataset): dataset.name
        case .density(let density): density.name
        }
    }

    /// The shape of a row.
    public var shape: ImageShape {
        switch self {
        case .dataset(let dataset): dataset.shape
        case .density: ImageShape(vector: 2)
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

    /// Equal for equal data: the digest of a data set, or the name of a density.
    public var digest: String {
        switch self {
        case .dataset(let dataset): dataset.digest
        case .density(let density): density.name
        }
    }

    /// Everything as bytes, so that one process can load the source and hand it to others.
    public func encoded() -> [UInt8] {
        switch self {
        case .density(let density): [0] + Array(density.name.utf8)
        case .dataset(let dataset): [1] + dataset.encoded()
        }
    }

    /// The source that `encoded` gave.
    public init(encoded bytes: [UInt8]) throws(Failure) {
        let rest = Array(bytes.dropFirst())
        if bytes.first == 0, let density = PlaneDensity(named: String(decoding: rest, as: UTF8.self)) {
            self = .density(density)
        } else {
            self = .dataset(try Dataset(encoded: rest))
        }
    }
}

/// The number of single-letter insertions, deletions and replacements that turn one text into the other (Levenshtein).
private func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8.prefix(64)))
    var row = Array(0...b.count)
    for i in a.indices {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}

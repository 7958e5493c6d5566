import Failures
import Formats

/// Which energy is given: a formula or a shared library, with its parameters. It is stored in the place of a network's layers.
public struct GivenEnergyDescription: Codable, Sendable {
    public var formula: String?
    /// The path of a library.
    public var library: String?
    /// XXH3 of the library's file: what tells it from another, wherever it lies.
    public var libraryDigest: String?
    /// Each as `name=value`.
    public var parameters: [String]
    /// The names of x's values in a formula; empty: x0, x1, ...
    public var coordinates: [String]

    public init(formula: String, parameters: [String] = [], coordinates: [String] = []) {
        (self.formula, self.parameters, self.coordinates) = (formula, parameters, coordinates)
    }

    /// - Throws: `.missingInput` where there is no such file.
    public init(library: String, parameters: [String] = []) throws(Failure) {
        (self.library, self.parameters, coordinates) = (library, parameters, [])
        libraryDigest = try EnergyLibrary.digest(ofFile: library)
    }

    /// Parameters by name.
    /// - Throws: `.configuration` for one without "=", without a name, or that stands twice.
    func namedParameters() throws(Failure) -> [(name: String, value: String)] {
        var named: [(name: String, value: String)] = []
        for text in parameters {
            let (name, rest) = (text.prefix { $0 != "=" }, text.drop { $0 != "=" })
            guard !name.isEmpty, !rest.isEmpty else {
                throw Failure(.configuration, "energy.parameters: expected name=value, found \"\(text)\"")
            }
            guard !named.contains(where: { $0.name == name }) else {
                throw Failure(.configuration, "energy.parameters: expected each name once, found \(name) twice")
            }
            named.append((String(name), String(rest.dropFirst())))
        }
        return named
    }

    /// The energy itself; a library is opened once for each choice of parameters.
    /// - Throws: `.configuration` for a formula or a parameter that cannot be used; what opening a library throws.
    public func load() throws(Failure) -> any GivenEnergy {
        if let formula { return try FormulaEnergy(formula, parameters: namedParameters(), coordinates: coordinates) }
        guard let library else {
            throw Failure(.configuration, "energy: expected energy.formula or energy.library, found neither")
        }
        return try EnergyLibrary.opened(library, digest: libraryDigest, parameters: namedParameters())
    }
}

extension GivenEnergyDescription: Hashable {
    /// A library may lie anywhere.
    private var identity: [String?] { [formula, libraryDigest] + parameters + [""] + coordinates }

    public static func == (first: Self, second: Self) -> Bool { first.identity == second.identity }

    public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

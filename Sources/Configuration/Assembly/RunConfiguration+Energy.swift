import Datasets
import Failures
import GivenEnergies
import Learning
import Numerics

/// The energy of the `energy` group.
extension RunConfiguration {
    /// Which energy is given; nil where one is learned.
    /// - Throws: `.missingInput` where there is no such library.
    package func givenEnergy() throws(Failure) -> GivenEnergyDescription? {
        guard !objective.kind.learns else { return nil }
        if let path = energy.library { return try GivenEnergyDescription(library: path, parameters: energy.parameters) }
        return GivenEnergyDescription(formula: energy.formula ?? "", parameters: energy.parameters, coordinates: energy.coordinates)
    }

    /// The space of the energy that is given, in the place of data; nil where one is learned.
    /// - Throws: what loading the energy throws.
    func givenSpace() throws(Failure) -> CoordinateSpace? {
        guard let energy = try givenEnergy()?.load() else { return nil }
        return CoordinateSpace(name: subject, coordinates: energy.coordinates, digest: energy.digest)
    }

    /// What a run is about, in a word: its data, or the energy that is given.
    package var subject: String {
        guard !objective.kind.learns else { return data.source }
        return energy.library ?? energy.formula ?? "an energy"
    }

    func checkEnergy() throws(Failure) {
        guard !objective.kind.learns else { return }
        try require(
            (energy.formula == nil) != (energy.library == nil),
            "objective.kind = \"\(objective.kind.rawValue)\" samples an energy that is given: expected energy.formula or energy.library, found "
                + (energy.formula == nil ? "neither" : "both"))
    }
}

import Model
import Numerics
import Sampling

/// Networks on one thread of this processor. Values between layers, sums and gradients of parameters are floats; the products of chains and of gradients
/// multiply in the precision of the weights that they read.
final class HostEngine: Engine, @unchecked Sendable {
    let chainPotential: any ConditionalPotential
    let chainGenerator: NetworkPass?
    let generator: NetworkPass?
    let encoder: NetworkPass?
    let proposal: NetworkPass?
    let wholeGradient: Matrix
    let energyGradient: Matrix
    private let energy: ModelPotential
    /// For derivatives along lines; nil where none are needed.
    private let line: LineWorkspace?
    private let lineDerivatives: [Matrix]

    /// - Parameters:
    ///   - rows: of a tile.
    ///   - onEvaluation: called whenever a sampler evaluates the energy.
    init(_ networks: RunNetworks, _ weights: RunWeights, rows: Int, needs: EngineNeeds, onEvaluation: (@Sendable () -> Void)?) {
        let model = networks.energy
        energy = ModelPotential(
            model: model, weights: weights.learning.energy, workspace: Workspace(model, rows: needs.passTiles * rows))
        // Passes of chains and of gradients take turns in one workspace.
        chainPotential = ModelPotential(
            model: model, weights: weights.sampling.energy, workspace: energy.workspace, onEvaluation: onEvaluation)
        line = needs.lineOrder == 0 ? nil : LineWorkspace(model, rows: rows, order: needs.lineOrder)
        lineDerivatives = needs.lineOrder == 0 ? [] : (0...needs.lineOrder).map { _ in Matrix(rows: rows, columns: 1) }
        let whole = Matrix(rows: 1, columns: networks.layout.count)
        wholeGradient = whole
        energyGradient = whole.view(from: 0, rows: 1, columns: model.layout.count)
        let pass = { (part: RunNetworks.Part) -> NetworkPass? in
            guard let network = networks[part], let prepared = weights.learning[part] else { return nil }
            let range = networks.range(of: part)
            return NetworkPass(
                network: network, weights: prepared, workspace: Workspace(network, rows: rows),
                gradient: whole.view(from: range.lowerBound, rows: 1, columns: range.count))
        }
        (generator, encoder, proposal) = (pass(.generator), pass(.encoder), pass(.proposal))
        chainGenerator = networks.isLatent ? generator?.reading(weights.sampling[.generator]) : nil
    }

    /// The floats that an engine holds.
    static func count(_ networks: RunNetworks, rows: Int, needs: EngineNeeds) -> Int {
        let line =
            needs.lineOrder == 0
            ? 0 : LineWorkspace.count(networks.energy, rows: rows, order: needs.lineOrder) + (needs.lineOrder + 1) * rows
        let parts = RunNetworks.Part.allCases.compactMap { networks[$0] }.reduce(0) { $0 + Workspace.count($1, rows: rows) }
        return Workspace.count(networks.energy, rows: needs.passTiles * rows) + line + parts + networks.layout.count
    }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) { energy.evaluate(x, energies: energies, gradient: gradient) }

    func addGradient(of rows: Matrix, energies: Matrix, rowWeights: (_ energies: Matrix, _ weights: Matrix) -> Void) {
        energy.model.addParameterGradient(
            of: rows, energy.weights, energy.workspace, energies: energies, rowWeights: rowWeights, into: energyGradient)
    }

    func addLineGradient(of x: Matrix, along direction: Matrix, rowWeights: (_ derivatives: [Matrix], _ weights: [Matrix]) -> Void) {
        guard let line else { preconditionFailure("the objective asks its engine for no derivatives along lines") }
        energy.model.addLineGradient(
            of: x, along: direction, energy.weights, line, derivatives: lineDerivatives, rowWeights: rowWeights, into: energyGradient)
    }

    func lineDerivatives(of x: Matrix, along direction: Matrix) -> [Matrix] {
        guard let line else { preconditionFailure("the objective asks its engine for no derivatives along lines") }
        energy.model.lineDerivatives(of: x, along: direction, energy.weights, line, into: lineDerivatives)
        return lineDerivatives
    }

    func setCondition(_ rows: Matrix) {
        for workspace in [energy.workspace, generator?.workspace, encoder?.workspace, proposal?.workspace] { workspace?.setCondition(rows) }
        line?.setCondition(rows)
    }

    func setLevels(_ levels: [Float]) {
        energy.workspace.setLevels(levels)
        proposal?.workspace.setLevels(levels)
        line?.setLevels(levels)
    }

    func setLevelDirections(_ directions: [Float]) { line?.setLevelDirections(directions) }
}

import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Model
import Numerics

/// Energies of rows and of samples under parameters of a run, outside of its steps: by tiles of fixed size, so that the bits do not depend on ranks.
final class EnergyProbe {
    private static let rowsPerTile = 64

    private let plan: RunPlan
    private let condition: Condition?
    private lazy var weights = PreparedWeights(plan.model.network)
    private lazy var workspace = Workspace(plan.model, rows: Self.rowsPerTile)

    /// - Returns: nil for objectives whose energy is none of rows.
    init?(_ plan: RunPlan) throws(Failure) {
        guard plan.profile.model.energy == .ofRows else { return nil }
        self.plan = plan
        condition = try plan.configuration.rowCondition(for: plan.source)
    }

    /// Takes over parameters of all networks.
    func prepare(_ parameters: [Float], of state: TrainingState) {
        var modelState = state.modelState
        plan.model.prepare(weights, parameters: plan.networks.energyPart(of: parameters), state: &modelState, iterating: false)
    }

    /// Collective. The energies of the first rows, with their conditions; on a ladder of noise at its lowest level.
    func energies(of rows: EvaluationRows, count: Int, _ communicator: any Communicator) throws(Failure) -> [Double] {
        try energies(count: min(count, rows.available), communicator) { part, tile in
            let values = rows.read(part)
            if let condition {
                let told = rows.condition(condition, of: values, part, seed: plan.configuration.run.seed, tile: tile)
                workspace.condition?.rows(0..<values.rows).copy(from: told.values)
            }
            return values
        }
    }

    /// Collective. The energies of samples that all ranks hold; nil where they have conditions, which are not known any more.
    func energies(ofSamples samples: Matrix, _ communicator: any Communicator) throws(Failure) -> [Double]? {
        guard condition == nil else { return nil }
        return try energies(count: samples.rows, communicator) { part, _ in samples.rows(part) }
    }

    /// - Parameter fill: gives the rows of a tile and sets their conditions.
    private func energies(
        count: Int, _ communicator: any Communicator, _ fill: (_ part: Range<Int>, _ tile: Int) -> Matrix
    ) throws(Failure) -> [Double] {
        let size = Self.rowsPerTile
        let found = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: size, communicator) { tile in
            let rows = fill(tile * size..<min(count, (tile + 1) * size), tile)
            let energies = Matrix(rows: rows.rows, columns: 1)
            plan.model.energies(of: rows, weights, workspace, into: energies)
            return energies.values.map { Double($0) } + [Double](repeating: 0, count: size - rows.rows)
        }
        return Array(found.prefix(count))
    }
}

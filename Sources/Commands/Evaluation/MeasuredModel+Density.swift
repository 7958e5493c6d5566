import Configuration
import Distributed
import Failures
import Learning
import Measures
import Model
import Numerics
import Sampling
import Training

// The model's density exp(-E/T) / Z, T being the temperature of the run's chains.
extension MeasuredModel {
    var temperature: Float { trained.configuration.chainTemperature }

    /// E/T of tiles of at most so many rows; of noise levels that of the lowest one.
    func reducedEnergy(rows: Int) -> any Potential {
        let progress = communicator.progress
        let energy = ModelPotential(
            model: trained.model, weights: trained.prepared(), workspace: Workspace(trained.model, rows: rows),
            onEvaluation: { progress.note("energies") })
        if let ladder = trained.configuration.noiseLadder { energy.setLevel(ladder.feature(0)) }
        return ScaledPotential(base: energy, factor: 1 / temperature)
    }

    /// Rows that were not trained on, where there are such: those of `--data`, those for a test, those that the run held out, else its training rows.
    func testRows() throws(Failure) -> EvaluationRows {
        if command.data != nil { return held }
        if let test = try trained.testRows(communicator) { return test }
        let heldOut = try trained.heldOutRows(communicator)
        return heldOut ?? training
    }

    /// Whether rows are those that the model was trained on; those of a density are drawn afresh.
    func areTrainingRows(_ rows: EvaluationRows) -> Bool { density == nil && rows.digest == training.digest }

    private static let rowsPerTile = 64

    /// Collective. E/T of rows, and the score -∇E/T, of all rows on all ranks; tiles of rows are dealt to the ranks.
    func energiesAndScores(of rows: Matrix) throws(Failure) -> (energies: [Double], scores: [Double]) {
        let potential = reducedEnergy(rows: Self.rowsPerTile)
        let found = try DealtTiles.rows(rows.rows, perTile: Self.rowsPerTile, columns: 1 + rows.columns, communicator) { part in
            let x = rows.rows(part)
            let (energies, gradient) = (Matrix(rows: x.rows, columns: 1), Matrix(rows: x.rows, columns: x.columns))
            potential.evaluate(x, energies: energies, gradient: gradient)
            return (0..<x.rows).map { row in [Double(energies[row, 0])] + gradient.rows(row..<row + 1).values.map { -Double($0) } }
        }
        return (found.map { $0[0] }, found.flatMap { $0.dropFirst() })
    }
}

/// An energy times a factor.
private struct ScaledPotential: Potential {
    let base: any Potential
    let factor: Float

    var dimension: Int { base.dimension }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        base.evaluate(x, energies: energies, gradient: gradient)
        guard factor != 1 else { return }
        energies.combine(energies, energies) { energy, _ in energy * factor }
        gradient.combine(gradient, gradient) { slope, _ in slope * factor }
    }
}

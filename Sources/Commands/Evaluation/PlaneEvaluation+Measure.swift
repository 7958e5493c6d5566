import Distributed
import Failures
import Formats
import Learning
import Measures
import Numerics
import Training

extension PlaneEvaluation: MeasureFinding {}

extension MeasureKind {
    /// Of the energy, and of samples.
    static let plane = MeasureKind(
        "plane", key: "measures", "the energy against a built-in density of the plane: log Z, divergence, modes", needs: [.planeDensity],
        isStandard: { _ in true }
    ) { (model) throws(Failure) in
        let (trained, communicator) = (model.trained, model.communicator)
        guard let density = model.density else { preconditionFailure("a density that was checked is missing") }
        let chains = try samples(of: model)
        let energy = ModelPlaneEnergy(trained.model, trained.prepared())
        let evaluation = try PlaneEvaluation(of: energy, against: density, chains: chains, communicator)
        try communicator.onRoot {
            guard let picture = model.command.picture else { return }
            try PlanePicture.make(of: energy, logZ: evaluation.integral.logZ, against: density, chains: chains).write(to: picture)
        }
        return evaluation
    }

    /// Collective. All chains of the checkpoint; where samples are always drawn afresh, since chains of training need not be samples, such ones.
    private static func samples(of model: MeasuredModel) throws(Failure) -> [Float] {
        if model.trained.declaration.drawsAfresh { return try model.drawn().rows.values }
        return try model.communicator.agree { () throws -> [Float] in
            let stored = try StoredChains(model.trained)
            return try stored.samples(0..<stored.wanted)
        }
    }
}

import Configuration
import Failures
import Learning
import Measures
import Numerics
import Training

extension EnergySmoothness: MeasureFinding {}

extension MeasureKind {
    static let smoothness = MeasureKind(
        "smoothness", "how fast the energy changes at data, between rows and at samples", needs: [.energyOfRows, .realNumbers, .samples],
        isStandard: \.measuresSamples
    ) { (model) throws(Failure) in
        let trained = model.trained
        return try EnergySmoothness(
            of: trained.model, trained.prepared(), level: trained.configuration.noiseLadder?.feature(0), rows: model.held,
            samples: try model.drawn().rows, model.communicator)
    }
}

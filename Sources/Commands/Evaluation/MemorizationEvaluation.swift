import Distributed
import Failures
import Formats
import Measures
import Numerics
import Training

/// How near samples lie to the rows that were trained on, beside rows that were not.
struct MemorizationEvaluation: MeasureFinding {
    /// The rows that were trained on, all of which are looked through.
    let data: String
    let trainingRows: Int
    let samples: Int
    let notFinite: Int
    /// Rows that were not trained on. Where there are none, training rows stand for them, without themselves as neighbors.
    let heldOut: String
    let heldOutRows: Int
    let heldOutAreTrainingRows: Bool
    let memorization: Memorization

    var text: String {
        let others = heldOutAreTrainingRows ? "training rows, without themselves" : "held-out rows of \(heldOut)"
        return """
            nearest of \(trainingRows) rows of \(data): median distance \(memorization.sampleDistance.significant) of \(samples) samples, \
            \(memorization.heldOutDistance.significant) of \(heldOutRows) \(others)
            a sample is nearer than such a row in \(memorization.closer.percent) of pairs: 50 % would be like these rows, 100 % known by heart
            """
    }
}

extension MeasureKind {
    static let memorization = MeasureKind(
        "memorization", "how near samples lie to training rows, beside held-out rows; --nearest shows them",
        needs: [.samples, .finiteData],
        option: Option(name: "--nearest", role: .request, isGiven: { $0.nearest != nil })
    ) { model throws(Failure) in
        let (training, communicator) = (model.training, model.communicator)
        let drawn = try model.drawn()
        let (samples, left) = try communicator.agree { try drawn.finite(atLeast: 2) }
        if let path = model.command.nearest { try NearestPicture(path).draw(samples, model) }
        let held = try model.heldOutRows()
        let rows = held ?? training
        // The last ones: the samples may be completions of the first, or have begun there.
        let count = min(samples.rows, rows.available)
        let first = rows.available - count
        let own = try TrainingNeighbors(of: samples, in: training, count: 1, communicator)
        let others = try TrainingNeighbors(
            of: rows.read(first..<rows.available), in: training, count: 1, own: held == nil ? first : nil, communicator)
        return MemorizationEvaluation(
            data: training.name, trainingRows: training.available, samples: samples.rows, notFinite: left,
            heldOut: rows.name, heldOutRows: count, heldOutAreTrainingRows: held == nil,
            memorization: Memorization(samples: own.distances.map { $0[0] }, heldOut: others.distances.map { $0[0] }))
    }
}

extension MeasureKind.Need {
    /// Rows of a data set, of which there are two and not any number.
    static let finiteData = MeasureKind.Need(missing: { model in
        model.training.available == .max
            ? "a model of a data set, found one of the density \(model.training.name), which never gives a row twice"
            : model.training.available < 2 ? "a model of two rows of data or more" : nil
    })
}

import Datasets
import Distributed
import Failures
import Learning
import Model
import Numerics

/// How a classifier learns rows with classes: Adam with decoupled decay on the mean cross-entropy of a step's rows, at a rate that falls along half a cosine.
///
/// The rows of a step are dealt to eight shards of sixteen, whose gradients are added exactly: the same bits on any number of ranks. Ranks beyond eight
/// have nothing to do.
package struct ClassifierTraining: Hashable, Sendable {
    private static let (shards, rowsPerShard) = (8, 16)
    /// The rows of a step.
    package static let rowsPerStep = shards * rowsPerShard

    package var steps: Int
    package var seed: UInt64
    package var learningRate: Float = 2e-3
    package var weightDecay: Float = 1e-2

    package init(steps: Int, seed: UInt64 = 1) { (self.steps, self.seed) = (steps, seed) }

    /// Collective. The classifier after training.
    /// - Parameter rows: a data set with labels, all of them among the classifier's.
    /// - Throws: `.numerical` where a gradient or a parameter is not finite.
    package func train(
        _ classifier: Classifier, on rows: DataSource, _ preparation: DataPreparation, _ communicator: any Communicator
    ) throws(Failure) -> TrainedClassifier {
        let data = try communicator.agree {
            try DataStream(
                source: rows, preparation: preparation, seed: seed, shards: Self.shards, rowsPerShard: Self.rowsPerShard)
        }
        guard let classes = rows.dataset.flatMap({ classifier.classes(of: $0) }) else {
            preconditionFailure("a classifier learns rows with labels of its own")
        }
        let layout = classifier.network.layout
        var parameters = classifier.initialParameters(seed: seed)
        var optimizer = Optimizer(
            .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: weightDecay), groups: [.init(0..<layout.count)])
        let schedule = LearningRateSchedule(base: learningRate, shape: .cosine(final: 0, steps: steps))
        let lesson = Lesson(classifier, data, classes)
        var sum = ExactSum(tensors: layout.tensors.map(\.range), shards: Self.shards)
        var gradient = [Float](repeating: 0, count: layout.count)
        for step in 0..<steps {
            lesson.weights.refresh(from: parameters)
            guard try lesson.add(step, to: &sum, communicator) == .exact else { throw Self.failure(name: rows.name, step) }
            sum.total(into: &gradient)
            optimizer.update(&parameters, gradient: gradient, learningRate: schedule.rate(at: step))
            communicator.progress.note("a step of a classifier")
        }
        guard parameters.isFinite else { throw Self.failure(name: rows.name, steps) }
        return TrainedClassifier(classifier, parameters: parameters)
    }

    private static func failure(name: String, _ step: Int) -> Failure {
        Failure(.numerical, "\(name): the classifier's training left the finite numbers at step \(step): look at the values of the rows")
    }

    /// The work of this rank's shards in a step.
    private struct Lesson {
        let weights: PreparedWeights
        private let pass: ClassifierPass
        private let data: DataStream
        /// Of each row of the data.
        private let classes: [Int]
        private let tile: Matrix
        private let gradient: Matrix

        init(_ classifier: Classifier, _ data: DataStream, _ classes: [Int]) {
            weights = PreparedWeights(classifier.network)
            pass = ClassifierPass(classifier, weights, rows: data.rowsPerShard)
            (self.data, self.classes) = (data, classes)
            tile = Matrix(rows: data.rowsPerShard, columns: data.shape.count)
            gradient = Matrix(rows: 1, columns: classifier.network.layout.count)
        }

        /// Collective. The gradient of the mean over the step's rows, again where the scales of the sum have to change.
        func add(_ step: Int, to sum: inout ExactSum, _ communicator: any Communicator) throws(Failure) -> ExactSum.Outcome {
            var outcome = ExactSum.Outcome.rescaled
            let (rank, ranks, shards) = (communicator.rank, communicator.size, data.shards)
            while outcome == .rescaled {
                sum.begin()
                for shard in rank * shards / ranks..<(rank + 1) * shards / ranks {
                    data.fill(tile, step: step, shard: shard)
                    gradient.fill(0)
                    let own = (data.rows(step: step, shard: shard) ?? []).map { classes[$0] }
                    pass.addGradient(of: tile, classes: own, scale: 1 / Float(shards * data.rowsPerShard), into: gradient)
                    sum.part.add(gradient.values)
                }
                outcome = try sum.reduce(over: communicator)
            }
            return outcome
        }
    }
}

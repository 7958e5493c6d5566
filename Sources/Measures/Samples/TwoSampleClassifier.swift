import Distributed
import Failures
import Learning
import Model
import Numerics

/// A classifier two-sample test: how often a network that has learned to tell two sets of rows apart is right about rows that it has not seen.
///
/// 1/2 where the sets have one distribution. All rows of a class are cut into halves; one network learns the first halves and judges the second ones, another
/// the other way round, so that each row is judged once. D. Lopez-Paz, M. Oquab, arXiv:1610.06545.
public struct TwoSampleClassifier {
    /// What is done, as it stands in the JSON file.
    public struct Settings: Codable, Hashable, Sendable {
        /// Of the two hidden layers.
        public var width = 64
        /// Passes over the rows of a half.
        public var epochs = 60
        public var batch = 64
        public var learningRate: Float = 0.002
        public var weightDecay: Float = 0.01
        public var seed: UInt64 = 1

        public init() {}
    }

    /// Of each set: two of them in a half.
    package static let leastRows = 4

    private let settings: Settings
    private let model: EnergyModel
    private let dimension: Int

    /// - Throws: `.configuration` for rows without values.
    package init(dimension: Int, _ settings: Settings = Settings()) throws(Failure) {
        (self.settings, self.dimension) = (settings, dimension)
        let hidden: [LayerDescription] = [.dense(outputs: settings.width), .activation(.silu)]
        model = try EnergyModel(
            Network(
                NetworkDescription(input: ImageShape(vector: dimension), layers: hidden + hidden + [.dense(outputs: 1)])))
    }

    /// Collective. Whether each row of both sets was told rightly by the network that had not seen it, in order: 1 or 0. The halves are dealt to the ranks.
    /// - Parameters: as many rows of each, at least four, the same on all ranks.
    package func judgements(_ first: Matrix, _ second: Matrix, _ communicator: any Communicator) throws(Failure) -> [Double] {
        precondition(
            first.rows == second.rows && first.rows >= Self.leastRows && first.columns == dimension,
            "as many rows of each set, four or more")
        let count = first.rows
        let order = Permutation(count: count, key: stream(step: 1, index: 0)).elements(at: Array(0..<count))
        let halves = [Array(order[..<(count / 2)]), Array(order[(count / 2)...])]
        let found = try DealtTiles.gather(tiles: 2, perTile: 2 * (count - count / 2), communicator) { half in
            let (own, others) = (halves[half], halves[1 - half])
            let scale = Scale(first, second, rows: own)
            let weights = learn(scale.rows(first, own), scale.rows(second, own), half, communicator)
            let judged =
                logits(scale.rows(first, others), weights).map { $0 > 0 ? 1.0 : $0 == 0 ? 0.5 : 0 }
                + logits(scale.rows(second, others), weights).map { $0 < 0 ? 1.0 : $0 == 0 ? 0.5 : 0 }
            return judged + [Double](repeating: 0, count: 2 * (count - count / 2) - judged.count)
        }
        var judgements = [Double](repeating: 0, count: 2 * count)
        for half in 0..<2 {
            let (others, start) = (halves[1 - half], half * 2 * (count - count / 2))
            for (place, row) in others.enumerated() {
                judgements[row] = found[start + place]
                judgements[count + row] = found[start + others.count + place]
            }
        }
        return judgements
    }

    /// Step 0 belongs to the initial weights.
    private func stream(step: Int, index: Int) -> RandomStream {
        RandomStream(seed: settings.seed, purpose: .twoSampleClassifier, step: step, index: index)
    }

    /// Rows on the scale of those that are learned.
    private struct Scale {
        private let means: [Double]
        private let factors: [Double]

        init(_ first: Matrix, _ second: Matrix, rows: [Int]) {
            var (sums, squares) = ([Double](repeating: 0, count: first.columns), [Double](repeating: 0, count: first.columns))
            let count = Double(2 * rows.count)
            for row in rows { for set in [first, second] { for column in sums.indices { sums[column] += Double(set[row, column]) } } }
            let means = sums.map { $0 / count }
            for row in rows {
                for set in [first, second] {
                    for column in sums.indices {
                        let distance = Double(set[row, column]) - means[column]
                        squares[column] += distance * distance
                    }
                }
            }
            self.means = means
            factors = squares.map { $0 > 0 ? 1 / ($0 / count).squareRoot() : 0 }
        }

        func rows(_ set: Matrix, _ rows: [Int]) -> Matrix {
            let scaled = Matrix(rows: rows.count, columns: set.columns)
            for (place, row) in rows.enumerated() {
                for column in 0..<set.columns {
                    scaled[place, column] = Float((Double(set[row, column]) - means[column]) * factors[column])
                }
            }
            return scaled
        }
    }

    /// The weights after logistic regression of the network's output, positive for rows of the first set.
    private func learn(_ first: Matrix, _ second: Matrix, _ half: Int, _ communicator: any Communicator) -> PreparedWeights {
        let size = min(settings.batch, 2 * first.rows)
        let (weights, workspace) = (PreparedWeights(model.network), Workspace(model, rows: size))
        var parameters = model.network.initialParameters(seed: settings.seed + UInt64(half), purpose: .twoSampleClassifier)
        var optimizer = Optimizer(
            .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: settings.weightDecay), groups: [.init(0..<parameters.count)])
        let (x, energies) = (Matrix(rows: size, columns: dimension), Matrix(rows: size, columns: 1))
        let gradient = Matrix(rows: 1, columns: parameters.count)
        let steps = settings.epochs * (2 * first.rows / size)
        var positives = [Bool](repeating: false, count: size)
        for step in 0..<steps {
            communicator.progress.note("a classifier")
            for (place, row) in rows(of: step, size, among: 2 * first.rows, half).enumerated() {
                let source = row < first.rows ? first.rows(row..<row + 1) : second.rows(row - first.rows..<row - first.rows + 1)
                x.rows(place..<place + 1).copy(from: source)
                positives[place] = row < first.rows
            }
            weights.refresh(from: parameters)
            gradient.fill(0)
            model.addParameterGradient(
                of: x, weights, workspace, energies: energies,
                rowWeights: { logits, factors in
                    for row in 0..<size {
                        // The slope of -log s(±u) in u.
                        let sign: Float = positives[row] ? 1 : -1
                        factors[row, 0] = -sign * VectorMath.logistic(-sign * logits[row, 0]) / Float(size)
                    }
                }, into: gradient)
            let rate = settings.learningRate * (1 - Float(step) / Float(steps))
            optimizer.update(&parameters, gradient: gradient.values, learningRate: rate)
        }
        weights.refresh(from: parameters)
        return weights
    }

    /// The rows of a step: every row once in an epoch, but for a rest.
    private func rows(of step: Int, _ size: Int, among count: Int, _ half: Int) -> [Int] {
        let (epoch, place) = step.quotientAndRemainder(dividingBy: count / size)
        return Permutation(count: count, key: stream(step: 2 + epoch, index: half))
            .elements(at: Array(place * size..<(place + 1) * size))
    }

    private func logits(_ x: Matrix, _ weights: PreparedWeights) -> [Float] {
        let (energies, workspace) = (Matrix(rows: x.rows, columns: 1), Workspace(model, rows: x.rows))
        model.energies(of: x, weights, workspace, into: energies)
        return energies.values
    }
}

import Failures
import Foundation
import Learning
import Model
import Numerics
import Testing

@Suite struct ClassifierTests {
    private static func normals(_ rows: Int, _ columns: Int, _ index: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 6, purpose: .test, step: 0, index: index).fillNormals(matrix)
        return matrix
    }

    @Test func `the gradient of the cross-entropy and the probabilities are those of Double arithmetic`() {
        let (logits, classes) = (Self.normals(5, 4, 0), [0, 3, 1, 1, 2])
        for row in 0..<5 { for column in 0..<4 { logits[row, column] *= 6 } }
        let values = logits.values.map { Double($0) }
        let (gradient, probabilities) = (Matrix(rows: 5, columns: 4, logits.values), Matrix(rows: 5, columns: 4, logits.values))
        let loss = CrossEntropy.makeGradient(of: gradient, classes: classes, scale: 0.25)
        CrossEntropy.makeProbabilities(of: probabilities)
        var expected = 0.0
        for row in 0..<5 {
            let own = values[row * 4..<row * 4 + 4].map { exp($0) }
            let sum = own.reduce(0, +)
            expected -= log(own[classes[row]] / sum)
            for column in 0..<4 {
                let probability = own[column] / sum
                // A few roundings of floats of at most 1.
                #expect(abs(Double(probabilities[row, column]) - probability) < 1e-6)
                let slope = 0.25 * (probability - (column == classes[row] ? 1 : 0))
                #expect(abs(Double(gradient[row, column]) - slope) < 1e-6, "row \(row), class \(column)")
            }
        }
        // Each term is a difference of floats of at most 20.
        #expect(abs(loss - expected) < 5e-6)
    }

    @Test func `logits of any size have probabilities and a loss`() {
        let logits = Matrix(rows: 2, columns: 2, [3000, -3000, -3000, 3000] as [Float])
        let gradient = Matrix(rows: 2, columns: 2, logits.values)
        #expect(CrossEntropy.makeGradient(of: gradient, classes: [0, 0], scale: 1) == 6000)
        #expect(gradient.values == [0, 0, -1, 1])
        CrossEntropy.makeProbabilities(of: logits)
        #expect(logits.values == [1, 0, 0, 1])
    }

    @Test(arguments: [
        ImageShape(vector: 5), ImageShape(height: 8, width: 8, channels: 1), ImageShape(height: 28, width: 28, channels: 1),
        ImageShape(height: 32, width: 32, channels: 3),
    ])
    func `a pass adds the gradient that differences of its loss have`(_ shape: ImageShape) throws {
        _ = OneThreadPerProduct.once
        let classifier = try Classifier(for: shape, labels: [2, 3, 7])
        let count = classifier.network.layout.count
        let (x, classes, parameters) = (Self.normals(6, shape.count, 1), [0, 2, 1, 1, 0, 2], classifier.initialParameters(seed: 1))
        let weights = PreparedWeights(classifier.network)
        let pass = ClassifierPass(classifier, weights, rows: 6)
        weights.refresh(from: parameters)
        let gradient = Matrix(rows: 1, columns: count)
        // What is there stays.
        gradient.fill(1)
        pass.addGradient(of: x, classes: classes, scale: 0.5, into: gradient)
        let slope = gradient.values.map { $0 - 1 }
        // Along the gradient itself, where the loss changes most: the slope is its length.
        let length = slope.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        func loss(_ step: Float) -> Double {
            weights.refresh(from: zip(parameters, slope).map { $0 + step / Float(length) * $1 })
            return 0.5 * pass.addGradient(of: x, classes: classes, scale: 1, into: Matrix(rows: 1, columns: count))
        }
        // Fourth order: h⁴ times a fifth derivative over 30, and errors of floats, 1e-6 of the loss, over h.
        let h: Float = 0.01
        let found = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * Double(h))
        #expect(abs(found - length) < 2e-3 * length, "\(found), expected \(length)")
    }

    @Test func `features are what the last layer makes logits of`() throws {
        _ = OneThreadPerProduct.once
        let classifier = try Classifier(for: ImageShape(height: 8, width: 8, channels: 1), labels: [0, 1, 2])
        let (weights, parameters) = (PreparedWeights(classifier.network), classifier.initialParameters(seed: 3))
        weights.refresh(from: parameters)
        let read = ClassifierPass(classifier, weights, rows: 4).read(Self.normals(4, 64, 2))
        let (width, last) = (classifier.network.featureCount, classifier.network.layout.tensors.suffix(2).map(\.range))
        #expect(width == Classifier.features && read.features.rows == 4 && read.features.columns == width)
        let (matrix, bias) = (Array(parameters[last[0]]), Array(parameters[last[1]]))
        let logits = Matrix(rows: 4, columns: 3)
        for row in 0..<4 {
            for output in 0..<3 {
                logits[row, output] = bias[output] + (0..<width).reduce(0) { $0 + matrix[output * width + $1] * read.features[row, $1] }
            }
        }
        CrossEntropy.makeProbabilities(of: logits)
        #expect(zip(logits.values, read.probabilities.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func `a network that cannot be one of the classes is refused`() throws {
        let input = ImageShape(vector: 3)
        func refusal(_ layers: [LayerDescription], _ labels: [Int], condition: ConditionDescription? = nil) -> Failure? {
            failure { _ = try Classifier(Network(NetworkDescription(input: input, condition: condition, layers: layers)), labels: labels) }
        }
        let layers: [LayerDescription] = [.dense(outputs: 4), .activation(.silu), .dense(outputs: 2)]
        _ = try Classifier(Network(NetworkDescription(input: input, layers: layers)), labels: [0, 1])
        #expect(refusal(layers, [0, 1, 2])?.message.contains("found 2") == true)
        #expect(refusal(layers, [1, 1])?.kind == .configuration && refusal([.dense(outputs: 1)], [1])?.kind == .configuration)
        #expect(refusal([.dense(outputs: 2)], [0, 1])?.message.contains("two layers") == true)
        #expect(refusal(layers, [0, 1], condition: .planes(1))?.message.contains("without a condition") == true)
    }
}

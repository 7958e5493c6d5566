import Model
import Numerics
import Testing

@Suite("Networks")
struct NetworkTests {
    @Test(arguments: NetworkCase.all)
    func `the reference's gradients are the derivatives of its outputs`(_ test: NetworkCase) {
        var reference = test.reference
        let x = NetworkCase.normals(1, test.network.inputShape.count, label: 1).values.map(Double.init)
        let conditions = test.conditions(1).values.map(Double.init)
        let weights = NetworkCase.normals(1, test.network.outputCount, label: 2).values.map(Double.init)
        var sums = reference.emptySums
        let gradient = reference.run(x, conditions: conditions, outputGradient: weights, sums: &sums).inputGradient

        func loss(_ network: ReferenceNetwork, _ x: [Double]) -> Double {
            var unused = network.emptySums
            return zip(network.run(x, conditions: conditions, outputGradient: weights, sums: &unused).output, weights).reduce(0) {
                $0 + $1.0.value * $1.1
            }
        }
        // central differences: h² f'''/6 + rounding 1e-16/h, with derivatives of order 10 at most: far below 1e-7
        let h = 1e-5
        for index in stride(from: 0, to: x.count, by: max(1, x.count / 7)) {
            var (above, below) = (x, x)
            above[index] += h
            below[index] -= h
            let slope = (loss(reference, above) - loss(reference, below)) / (2 * h)
            #expect((slope - gradient[index].value).magnitude < 1e-7, "input \(index)")
        }
        for (name, values) in reference.parameters {
            for index in stride(from: 0, to: values.count, by: max(1, values.count / 5)) {
                reference.parameters[name]![index] = values[index] + h
                let above = loss(reference, x)
                reference.parameters[name]![index] = values[index] - h
                let slope = (above - loss(reference, x)) / (2 * h)
                reference.parameters[name]![index] = values[index]
                #expect((slope - sums[name]![index].total.value).magnitude < 1e-7, "\(name)[\(index)]")
            }
        }
    }

    @Test(arguments: NetworkCase.all, [1, 3, 64])
    func `outputs and gradients are within the rounding error of the reference`(_ test: NetworkCase, _ rows: Int) {
        let x = NetworkCase.normals(rows, test.network.inputShape.count, label: 3)
        let outputGradient = NetworkCase.normals(rows, test.network.outputCount, label: 4)
        let conditions = test.conditions(rows)
        let pass = test.pass(x, conditions: conditions, outputGradient: outputGradient)
        let reference = test.reference
        var sums = reference.emptySums
        var (outputs, inputs): ([Bounded], [Bounded]) = ([], [])
        for row in 0..<rows {
            let result = reference.run(
                x.rows(row..<(row + 1)).values.map(Double.init), conditions: conditions.rows(row..<(row + 1)).values.map(Double.init),
                outputGradient: outputGradient.rows(row..<(row + 1)).values.map(Double.init),
                sums: &sums)
            outputs += result.output
            inputs += result.inputGradient
        }
        let isNormalized = "\(test.network.description.layers)".contains("groupNormalization")
        expect(pass.output, within: outputs, "output", isNormalized: isNormalized)
        expect(pass.inputGradient, within: inputs, "input gradient", isNormalized: isNormalized)
        for tensor in test.network.layout.tensors {
            expect(tensor.toTorch(pass.parameterGradient), within: sums[tensor.name]!.map(\.total), tensor.name, isNormalized: isNormalized)
        }
    }

    /// Every value within its bound, and bounds that mean something: below 1 % of the largest value. A normalisation multiplies bounds by
    /// tens, as it takes away what errors have in common and the bounds do not know it: behind several of them the values must be as close
    /// as some hundred roundings of 6e-8, with terms up to ten times the result, leave them.
    private func expect(_ values: [Float], within bounds: [Bounded], _ what: String, isNormalized: Bool) {
        #expect(values.count == bounds.count, "\(what)")
        let wrong = zip(values, bounds).enumerated().first { !$1.1.admits($1.0) }
        #expect(wrong == nil, "\(what)")
        let largest = bounds.map(\.value.magnitude).max() ?? 0
        let bound = bounds.map(\.error).sorted()[bounds.count / 2]
        guard isNormalized, bound > 1e-2 * largest else {
            #expect(bound < 1e-2 * largest + 1e-30, "\(what): the bound \(bound) is too wide for values up to \(largest)")
            return
        }
        let error = zip(values, bounds).map { (Double($0) - $1.value).magnitude }.max() ?? 0
        #expect(error < 1e-4 * largest, "\(what): an error of \(error) for values up to \(largest)")
    }

    @Test(arguments: NetworkCase.composed)
    func `the same tile gives the same bits again, and in a workspace with other contents`(_ test: NetworkCase) {
        let x = NetworkCase.normals(5, test.network.inputShape.count, label: 5)
        let gradient = NetworkCase.normals(5, test.network.outputCount, label: 6)
        let workspace = Workspace(test.network, rows: 5)
        let first = test.pass(x, outputGradient: gradient, workspace: workspace)
        #expect(test.pass(x, outputGradient: gradient, workspace: workspace) == first)
        let used = Workspace(test.network, rows: 5)
        _ = test.pass(
            NetworkCase.normals(5, test.network.inputShape.count, label: 7),
            outputGradient: NetworkCase.normals(5, test.network.outputCount, label: 8),
            workspace: used)
        #expect(test.pass(x, outputGradient: gradient, workspace: used) == first)
    }

    @Test(arguments: NetworkCase.all)
    func `a tile with fewer rows than the workspace gives what a workspace of its own gives`(_ test: NetworkCase) {
        let x = NetworkCase.normals(3, test.network.inputShape.count, label: 9)
        let gradient = NetworkCase.normals(3, test.network.outputCount, label: 10)
        let workspace = Workspace(test.network, rows: 41)
        workspace.output.fill(123)
        let pass = test.pass(x, outputGradient: gradient, workspace: workspace)
        #expect(pass == test.pass(x, outputGradient: gradient))
        #expect(workspace.output.rows(3..<41).values.allSatisfy { $0 == 123 }, "rows behind the tile were written")
    }

    @Test(arguments: NetworkCase.all)
    func `a sample has the same bits in every tile, whatever its row and the number of rows`(_ test: NetworkCase) {
        let x = NetworkCase.normals(21, test.network.inputShape.count, label: 16)
        let gradient = NetworkCase.normals(21, test.network.outputCount, label: 17)
        let all = test.pass(x, outputGradient: gradient)
        for range in [0..<1, 5..<14, 20..<21] {
            let part = test.pass(x.rows(range), conditions: test.conditions(21).rows(range), outputGradient: gradient.rows(range))
            #expect(part.output == Array(all.output[(range.lowerBound * gradient.columns)..<(range.upperBound * gradient.columns)]))
            #expect(part.inputGradient == Array(all.inputGradient[(range.lowerBound * x.columns)..<(range.upperBound * x.columns)]))
        }
    }

    @Test(arguments: NetworkCase.composed)
    func `outputs stay where they are: no pass allocates a new matrix`(_ test: NetworkCase) {
        let x = NetworkCase.normals(4, test.network.inputShape.count, label: 11)
        let gradient = NetworkCase.normals(4, test.network.outputCount, label: 12)
        let workspace = Workspace(test.network, rows: 4)
        let address = unsafe workspace.output.base
        for _ in 0..<3 { _ = test.pass(x, outputGradient: gradient, workspace: workspace) }
        #expect(unsafe workspace.output.base == address)
    }

    @Test(arguments: NetworkCase.composed)
    func `parameter gradients are added to what is there, and are linear in the output gradient`(_ test: NetworkCase) {
        let network = test.network
        let x = NetworkCase.normals(6, network.inputShape.count, label: 13)
        let weights = PreparedWeights(network)
        weights.refresh(from: test.parameters)
        let workspace = Workspace(network, rows: 6)
        workspace.condition?.copy(from: test.conditions(6))
        network.forward(x, weights, workspace, keepingSlopes: true)
        func gradient(_ outputGradient: Matrix, startingFrom start: Float = 0) -> [Float] {
            let sum = Matrix(rows: 1, columns: network.layout.count)
            sum.fill(start)
            network.backward(x, outputGradient: outputGradient, weights, workspace, inputGradient: nil, parameterGradient: sum)
            return sum.values
        }
        let (a, b) = (NetworkCase.normals(6, network.outputCount, label: 14), NetworkCase.normals(6, network.outputCount, label: 15))
        let combined = Matrix(rows: 6, columns: network.outputCount, zip(a.values, b.values).map { 2 * $0 - $1 })
        let (first, second, both, onTop) = (gradient(a), gradient(b), gradient(combined), gradient(a, startingFrom: 1))
        // each of the sums has at most 6 rows x 64 positions terms: an error of 400 units of its magnitude, 1e-5 of a scale of 10
        let scale = max(1, first.map(\.magnitude).max()!, second.map(\.magnitude).max()!)
        for index in both.indices {
            #expect((both[index] - (2 * first[index] - second[index])).magnitude < 1e-4 * scale)
            #expect((onTop[index] - 1 - first[index]).magnitude < 1e-4 * scale)
        }
    }

    @Test func `the work of a network is that of its products`() throws {
        let layers: [LayerDescription] = [
            .convolution(channels: 4, kernel: 3, stride: 2, padding: 1), .activation(.silu), .flatten, .dense(outputs: 5),
            .dense(outputs: 1),
        ]
        let network = try Network(NetworkDescription(input: ImageShape(height: 6, width: 8, channels: 2), layers: layers))
        let (first, others) = (2 * (3 * 4) * 4 * (9 * 2), 2 * (48 * 5 + 5))
        #expect(network.work.forward == first + others && network.work.inputGradient == first + others)
        #expect(network.work.parameterGradient == first + 2 * others)
    }
}

import Distributed
import Measures
import Numerics
import Testing

@Suite struct SampleManifoldsTests {
    /// A line of points, whose balls reach to the third nearest other point.
    private static func line(_ points: [Double]) -> KernelRows { KernelRows(points.flatMap { [$0, 0] }, dimension: 2) }

    @Test func `rows within the ball of any row belong, its border included, others do not`() throws {
        _ = OneThreadPerProduct.once
        // Radii: of 0 and 3: 3; of 1 and 2: 2.
        let data = Self.line([0, 1, 2, 3])
        let samples = Self.line([-3, -3.01, 6, 6.01, 1.5])
        let found = try SampleManifolds(samples: samples, data: data, SoloCommunicator())
        #expect(found.isPrecise == [true, false, true, false, true])
    }

    @Test func `samples of one mode of two are precise and recall only that one`() throws {
        _ = OneThreadPerProduct.once
        let (near, far) = ((0..<8).map { Double($0) / 10 }, (0..<8).map { 100 + Double($0) / 10 })
        let found = try SampleManifolds(
            samples: Self.line((0..<16).map { Double($0) / 20 }), data: Self.line(near + far), SoloCommunicator())
        #expect(found.isPrecise.allSatisfy { $0 } && found.isRecalled == (0..<16).map { $0 < 8 })
    }

    @Test func `samples that are all one point recall nothing`() throws {
        _ = OneThreadPerProduct.once
        let found = try SampleManifolds(
            samples: Self.line([0.5, 0.5, 0.5, 0.5, 0.5]), data: Self.line([0, 1, 2, 3, 4]), SoloCommunicator())
        #expect(found.isPrecise.allSatisfy { $0 } && found.isRecalled.allSatisfy { !$0 })
    }

    @Test func `manifolds and distances of features are the same bits on 1, 2 and 3 ranks`() throws {
        func normals(_ rows: Int, _ index: Int) -> KernelRows {
            let matrix = Matrix(rows: rows, columns: 5)
            RandomStream(seed: 8, purpose: .test, step: 0, index: index).fillNormals(matrix)
            return KernelRows(matrix)
        }
        let (x, y, bootstrap) = (normals(270, 4), normals(300, 5), Bootstrap(resamples: 20))
        var results: [[Double]] = []
        for ranks in [1, 2, 3] {
            results += try ThreadRanks.run(ranks) { communicator in
                let frechet = try FrechetDistance.estimate(of: x.values, from: y.values, order: 5, bootstrap, communicator: communicator)
                let manifolds = try SampleManifolds(samples: x, data: y, communicator)
                let shares = [manifolds.isPrecise, manifolds.isRecalled].map { Double($0.count { $0 }) }
                return [frechet.value, frechet.interval.low, frechet.interval.high] + shares
            }
        }
        #expect(results.count == 6 && Set(results).count == 1)
        // Resamples are further apart than the sets, and the interval is about the value all the same.
        #expect(results[0][1] < results[0][0] && results[0][0] < results[0][2])
    }
}

import Datasets
import Distributed
import Measures
import Numerics
import Testing

@Suite struct MemorizationTests {
    private static func normals(_ rows: Int, _ index: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: 6)
        RandomStream(seed: 9, purpose: .test, step: 0, index: index).fillNormals(matrix)
        return matrix
    }

    private static func data(_ rows: Matrix) throws -> EvaluationRows {
        _ = OneThreadPerProduct.once
        let dataset = try Dataset(name: "rows", shape: ImageShape(vector: rows.columns), values: .floats(rows.values))
        return try EvaluationRows(.dataset(dataset), DataPreparation())
    }

    private static func memorization(_ samples: Matrix, _ heldOut: Matrix, _ training: EvaluationRows) throws -> Memorization {
        func distances(_ rows: Matrix) throws -> [Double] {
            try TrainingNeighbors(of: rows, in: training, count: 1, SoloCommunicator()).distances.map { $0[0] }
        }
        return Memorization(samples: try distances(samples), heldOut: try distances(heldOut))
    }

    @Test func `other draws are as near as held-out rows, training rows with a little noise are all nearer`() throws {
        let rows = Self.normals(400, 0)
        let training = try Self.data(rows)
        let fresh = try Self.memorization(Self.normals(200, 1), Self.normals(200, 2), training)
        #expect(fresh.closer.interval.low < 0.5 && fresh.closer.interval.high > 0.5, "\(fresh.closer)")
        let copies = Matrix(rows: 150, columns: 6)
        copies.combine(rows.rows(0..<150), Self.normals(150, 3)) { $0 + 0.01 * $1 }
        let known = try Self.memorization(copies, Self.normals(200, 2), training)
        #expect(known.closer.interval.low > 0.99 && known.sampleDistance.value < 0.05 && known.heldOutDistance.value > 0.3)
    }

    @Test func `a training row is not its own neighbour where its place is told, and is where it is not`() throws {
        let training = try Self.data(Self.normals(2500, 4))
        // Beyond the first chunk of rows.
        let rows = training.read(2040..<2060)
        let alone = try TrainingNeighbors(of: rows, in: training, count: 2, own: 2040, SoloCommunicator())
        let itself = try TrainingNeighbors(of: rows, in: training, count: 2, SoloCommunicator())
        for row in 0..<20 {
            #expect(itself.places[row][0] == 2040 + row && itself.distances[row][0] == 0)
            #expect(alone.places[row][0] == itself.places[row][1] && alone.distances[row][0] == itself.distances[row][1])
            #expect(alone.places[row][0] != 2040 + row)
        }
    }

    @Test func `neighbours are the same on 1, 2 and 3 ranks, and a row that is not finite has none`() throws {
        let (training, rows) = (try Self.data(Self.normals(300, 5)), Self.normals(260, 6))
        rows[7, 2] = .nan
        var found: [[[Int]]] = []
        for ranks in [1, 2, 3] {
            found += try ThreadRanks.run(ranks) { try TrainingNeighbors(of: rows, in: training, count: 3, $0).places }
        }
        #expect(found.count == 6 && Set(found).count == 1 && found[0][7].isEmpty && found[0][8].count == 3)
    }
}

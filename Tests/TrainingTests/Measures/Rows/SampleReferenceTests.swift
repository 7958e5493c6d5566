import Configuration
import Datasets
import Distributed
import Measures
import Numerics
import Testing
import Training

@Suite struct SampleReferenceTests {
    private static func normals(_ rows: Int, _ columns: Int, _ index: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 6, purpose: .test, step: 0, index: index).fillNormals(matrix)
        return matrix
    }

    private static func reference(_ rows: Matrix, _ communicator: any Communicator = SoloCommunicator()) throws -> SampleReference {
        let components = try PrincipalComponents(rows: rows.rows, dimension: rows.columns, name: "rows") { rows.rows($0) }
        return try SampleReference(rows, components: components, communicator)
    }

    @Test(arguments: [2, 3, 11]) func `every number of ranks gives the same bits`(ranks: Int) throws {
        // OpenBLAS with threads of its own gives other bits under another load.
        Products.useOneThreadPerProduct()
        let alone = try Self.reference(Self.normals(300, 70, 1)).measures(of: Self.normals(150, 70, 2), SoloCommunicator())
        let found = try ThreadRanks.run(ranks) {
            try Self.reference(Self.normals(300, 70, 1), $0).measures(of: Self.normals(150, 70, 2), $0)
        }
        #expect(alone != nil && found.allSatisfy { $0 == alone })
    }

    @Test(arguments: [1, 3]) func `both distances lie in intervals, the same bits on any ranks, whatever is not finite`(ranks: Int) throws {
        Products.useOneThreadPerProduct()
        @Sendable func found(_ communicator: any Communicator) throws -> (SampleMeasures, SampleMeasures.Intervals) {
            let samples = Self.normals(40, 5, 2)
            samples[7, 2] = .nan
            let reference = try Self.reference(Self.normals(60, 5, 1), communicator)
            let measures = try #require(try reference.measures(of: samples, communicator))
            return (measures, try reference.intervals(of: samples, measures, communicator))
        }
        let (measures, alone) = try found(SoloCommunicator())
        for (interval, value) in [(alone.slicedWasserstein, measures.slicedWasserstein), (alone.frechetDistance, measures.frechetDistance)]
        {
            #expect(interval.low < value && value < interval.high && interval.count == 200)
        }
        #expect(try ThreadRanks.run(ranks) { try found($0).1 }.allSatisfy { $0 == alone })
    }

    @Test func `rows equal to the reference are at distance 0, shifted ones at the shift`() throws {
        let rows = Self.normals(200, 30, 1)
        let reference = try Self.reference(rows)
        let same = try #require(try reference.measures(of: rows, SoloCommunicator()))
        #expect(same.slicedWasserstein == 0 && same.frechetDistance < 1e-11 && same.count == 200)
        let shifted = Matrix(rows: 200, columns: 30, rows.values.map { $0 + 0.5 })
        let moved = try #require(try reference.measures(of: shifted, SoloCommunicator()))
        // Sums of floats are rounded at 1e-7.
        #expect(abs(moved.frechetDistance - 30 * 0.25) < 1e-4)
    }

    @Test func `samples that are not finite are counted and left out; with fewer than two others there is no measure`() throws {
        let reference = try Self.reference(Self.normals(100, 3, 1))
        let (good, bad) = (Self.normals(20, 3, 2), Self.normals(20, 3, 2))
        (bad[4, 1], bad[9, 0]) = (.nan, -.infinity)
        let rest = Matrix(rows: 18, columns: 3, (0..<20).filter { $0 != 4 && $0 != 9 }.flatMap { good.rows($0..<$0 + 1).values })
        let (found, expected) = (
            try reference.measures(of: bad, SoloCommunicator()), try reference.measures(of: rest, SoloCommunicator())
        )
        #expect(found?.notFinite == 2 && found?.count == 18)
        #expect(found?.frechetDistance == expected?.frechetDistance && found?.slicedWasserstein == expected?.slicedWasserstein)
        bad.rows(1..<20).fill(.nan)
        #expect(try reference.measures(of: bad, SoloCommunicator()) == nil)
    }
}

@Suite struct EvaluationRowsTests {
    private func rows(_ count: Int, _ arguments: [String]) throws -> EvaluationRows {
        let values = (0..<count).flatMap { [Float($0), Float(10 * $0)] }
        let data = try Dataset(name: "numbers", shape: ImageShape(vector: 2), values: .floats(values))
        return try EvaluationRows(.dataset(data), RunConfiguration.resolve(arguments: arguments))
    }

    @Test func `every row of the data comes once, without the noise of training, in the same order however it is read`() throws {
        let rows = try rows(200, ["data.noise=0.5"])
        let all = rows.read(0..<200)
        #expect(Set((0..<200).map { all[$0, 0] }) == Set((0..<200).map { Float($0) }))
        #expect((0..<200).allSatisfy { all[$0, 1] == 10 * all[$0, 0] })
        #expect((0..<200).contains { all[$0, 0] != Float($0) })
        for range in [0..<1, 63..<65, 130..<200, 40..<190] { #expect(rows.read(range).values == all.rows(range).values) }
    }

    @Test func `other data are standardised by the moments of the training data`() throws {
        let training = try Dataset(name: "a", shape: ImageShape(vector: 1), values: .floats([1, 3, 5, 7]))
        let other = try Dataset(name: "b", shape: ImageShape(vector: 1), values: .floats([4, 4 + Float(5).squareRoot()]))
        let configuration = try RunConfiguration.resolve(arguments: ["data.standardize=true"])
        let learned = RowPreparation(of: try configuration.dataStream(.dataset(training), seed: 1))
        let rows = try EvaluationRows(.dataset(other), configuration, as: learned).read(0..<2)
        // Mean 4, variance (9 + 1 + 1 + 9) / 4 = 5.
        #expect(abs(rows.values.min() ?? 1) < 1e-6 && abs((rows.values.max() ?? 0) - 1) < 1e-6)
    }

    @Test func `a density has any number of rows`() throws {
        let rows = try EvaluationRows(.density(PlaneDensity(.moons)), RunConfiguration.resolve(arguments: []))
        #expect(rows.available == .max && rows.read(1000..<1010).values != rows.read(0..<10).values)
    }
}

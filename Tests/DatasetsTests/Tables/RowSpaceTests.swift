import Datasets
import Foundation
import Numerics
import Testing

/// What the coordinates of a table's rows are for objectives that tell numbers from others.
@Suite struct RowSpaceTests {
    private func stream(_ noise: Float = 0, _ change: (inout DataPreparation) -> Void = { _ in }) throws -> DataStream {
        let data = try SmallTable.load(SmallTable.birds, kinds: SmallTable.kinds)
        var preparation = DataPreparation()
        (preparation.keepsSites, preparation.standardize, preparation.noise) = (true, true, noise)
        change(&preparation)
        return try DataStream(source: .dataset(data), preparation: preparation, seed: 1, shards: 1, rowsPerShard: 64)
    }

    private func tile(_ stream: DataStream, step: Int = 0) -> Matrix {
        let tile = Matrix(rows: 64, columns: stream.shape.count)
        stream.fill(tile, step: step, shard: 0)
        return tile
    }

    @Test func `columns are numbers, angles, sites, and sites that say that a number is not there`() throws {
        let space = try #require(try stream().space)
        // Of the four sizes 0, 2, 1, 0 the mean is 3/4 and the variance 11/16.
        let place = { (value: Float) in (value - 0.75) / (11.0 / 16).squareRoot() }
        let sites: [(DiscreteSite, SiteOrder)] = [
            (.oneHot(at: 0, of: 3), .none), (.bit(at: 4), .none),
            // The word that stands in a gap is "male", the second one.
            (DiscreteSite(coordinates: 5..<7, values: [[0, 0], [1, 0], [1, 1]]), .none),
        ]
        for (found, expected) in zip(space.sites, sites) { #expect(found.site == expected.0 && found.order == expected.1) }
        let sizes = space.sites[3]
        #expect(space.sites.count == 4 && sizes.order == .path(3) && sizes.site.coordinates == 9..<10)
        for size in 0..<3 { #expect(abs(sizes.site.number(size, at: 0) - place(Float(size))) < 1e-6) }
        #expect(space.parts.contains(.number(3)) && space.parts.contains(.angle(7)))
        #expect(space.gaps.map(\.coordinates) == [3..<4] && space.gaps.map(\.indicator) == [4])
    }

    @Test func `rows of sites are exactly their values, and noise is added to numbers that are there`() throws {
        let (plain, noised) = (tile(try stream()), tile(try stream(0.5)))
        var moved = 0
        for row in 0..<64 {
            #expect(plain[row, 0] + plain[row, 1] + plain[row, 2] == 1)
            for column in 0..<10 where column != 3 { #expect(noised[row, column] == plain[row, column]) }
            let isMissing = plain[row, 4] == 1
            #expect((noised[row, 3] == plain[row, 3]) == isMissing)
            moved += isMissing ? 0 : 1
        }
        #expect(moved == 48)
    }

    @Test func `opened gaps have normal numbers, whose energy is theirs, and settling closes them`() throws {
        let own = try stream()
        let (space, rows, closed) = (try #require(own.space), tile(own), tile(own))
        space.open(rows, RandomStream(seed: 5, purpose: .test, step: 0, index: 0))
        let filler = closed[(0..<64).first { closed[$0, 4] == 1 } ?? 0, 3]
        let expected = (0..<64).map { row -> Double in
            guard closed[row, 4] == 1 else { return 0 }
            let distance = Double(rows[row, 3] - filler)
            #expect(distance != 0)
            return distance * distance / 2 + log(2 * Double.pi) / 2
        }
        let energies = Matrix(rows: 64, columns: 1)
        space.settle(rows, energies: energies)
        #expect(rows.values == closed.values)
        for row in 0..<64 { #expect(abs(Double(energies[row, 0]) - expected[row]) < 1e-5) }
    }

    @Test func `states that lie beside become the nearest rows`() throws {
        let space = try #require(try stream().space)
        let state = Matrix(rows: 1, columns: 10, [0.2, 0.9, -3, 1.5, 0.4, 0.9, 0.8, 3, 4, 9])
        space.settle(state)
        #expect(state.values[..<9] == [0, 1, 0, 1.5, 0, 1, 1, 0.6, 0.8])
        #expect(state[0, 9] == space.sites[3].site.number(2, at: 0))
    }

    @Test func `a table of numbers that are always there is no such space`() throws {
        let data = try SmallTable.load("a,b\n1,2\n3,4\n5,7\n")
        var preparation = DataPreparation()
        preparation.keepsSites = true
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 1, shards: 1, rowsPerShard: 2)
        #expect(stream.space == nil)
        #expect(try self.stream { $0.keepsSites = false }.space == nil)
    }
}

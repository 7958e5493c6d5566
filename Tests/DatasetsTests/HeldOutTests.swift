import Datasets
import Failures
import Numerics
import Testing

/// Rows that are held out of training.
@Suite struct HeldOutTests {
    /// Row r has the values r and -r, the label r and the partner 100 + r.
    private static func rows(_ count: Int) throws -> Dataset {
        let values = (0..<count).flatMap { [Float($0), -Float($0)] }
        let partner = try Dataset(name: "partners", shape: ImageShape(vector: 1), values: .floats((0..<count).map { 100 + Float($0) }))
        return try Dataset(
            name: "rows", shape: ImageShape(vector: 2), values: .floats(values), labels: (0..<Int32(count)).map(\.self),
            columnNames: ["a", "b"], precise: values.map { Double($0) + 0.5 }
        ).paired(with: partner)
    }

    private static func numbers(_ part: Dataset) -> [Int] {
        guard case .floats(let values) = part.values else { return [] }
        return stride(from: 0, to: values.count, by: 2).map { Int(values[$0]) }
    }

    @Test func `every row is in one of the two parts, in the order of the data, with all that belongs to it`() throws {
        let data = try Self.rows(50)
        let (rest, heldOut) = try data.holdingOut(0.2)
        let (left, taken) = (Self.numbers(rest), Self.numbers(heldOut))
        #expect(taken.count == 10 && left.count == 40 && Set(left + taken) == Set(0..<50))
        #expect(left == left.sorted() && taken == taken.sorted() && taken != Array(0..<10) && taken != Array(40..<50))
        for (part, numbers) in [(rest, left), (heldOut, taken)] {
            #expect(part.labels == numbers.map { Int32($0) } && part.columnNames == ["a", "b"] && part.name == "rows")
            #expect(part.precise == numbers.flatMap { [Double($0) + 0.5, -Double($0) + 0.5] })
            #expect(part.partner?.values == .floats(numbers.map { 100 + Float($0) }))
        }
        #expect(try Self.numbers(data.holdingOut(0.2).heldOut) == taken)
        #expect(rest.digest != data.digest)
    }

    @Test func `levels are held out as levels, and a share takes at least two rows and leaves one`() throws {
        let data = try Dataset(name: "a", shape: ImageShape(vector: 1), values: .levels([5, 6, 7], levels: 9))
        for share in [0.01, 0.99] {
            let (rest, heldOut) = try data.holdingOut(share)
            #expect(rest.count == 1 && heldOut.count == 2 && heldOut.levels == 9)
        }
        let few = try Dataset(name: "two", shape: ImageShape(vector: 1), values: .floats([1, 2]))
        let refused = #expect(throws: Failure.self) { _ = try few.holdingOut(0.5) }
        #expect(refused?.kind == .data && refused?.message.contains("at least 3 rows") == true)
    }
}

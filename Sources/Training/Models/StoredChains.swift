import Configuration
import Failures
import Formats
import Model
import Numerics

/// The chains of a checkpoint, evenly chosen over the whole buffer.
package final class StoredChains {
    private let file: Safetensors
    private let shape: ImageShape
    private let range: ClosedRange<Float>?
    /// Where the samples of the model lie: on a ladder of temperatures only the coldest chains are.
    private let places: [Int]
    package let wanted: Int

    /// - Parameters:
    ///   - count: how many are wanted; default: all.
    ///   - limit: where no number is wanted, the most that are taken; default: all there are, also where there are none.
    package init(_ trained: TrainedModel, wanted count: Int? = nil, orAtMost limit: Int? = nil) throws {
        file = try trained.chains()
        shape = trained.shape
        let available = file.header["age"]?.count ?? 0
        if file.header["level"] != nil {
            let levels = try file.values("level", 0..<available).floats
            places = levels.indices.filter { levels[$0] == 0 }
        } else {
            places = Array(0..<available)
        }
        guard !places.isEmpty || (count == nil && limit == nil) else {
            throw Failure(
                .usage,
                "--from chains: the objective \"\(trained.configuration.objective.kind.rawValue)\" keeps no chains to go on from. Use --from noise."
            )
        }
        wanted = count ?? min(places.count, limit ?? .max)
        guard wanted <= places.count else {
            throw Failure(
                .usage,
                "--count \(wanted): the checkpoint has \(places.count) chains. Ask for at most \(places.count), or use --from noise.")
        }
        let ends = file.header.metadata["range"]?.split(separator: " ").compactMap { Float($0) } ?? []
        range = ends.count == 2 && ends[0] < ends[1] ? ends[0]...ends[1] : nil
    }

    /// Brings chains to some of the wanted samples.
    package func fill(_ positions: Matrix, _ rows: Range<Int>) throws {
        positions.copy(from: Matrix(rows: rows.count, columns: positions.columns, try samples(rows)))
    }

    /// Some of the wanted samples, values in the order of computation. Byte samples take the middle of their level.
    package func samples(_ rows: Range<Int>) throws -> [Float] {
        try rows.flatMap { row -> [Float] in
            let chain = places[row * places.count / wanted]
            let stored = try file.values("chains", chain * shape.count..<(chain + 1) * shape.count).floats
            let values = range.map { range in
                stored.map { range.lowerBound + ($0 + 0.5) * (range.upperBound - range.lowerBound) / 256 }
            }
            return ChannelOrder.innermost(values ?? stored, shape: shape)
        }
    }
}

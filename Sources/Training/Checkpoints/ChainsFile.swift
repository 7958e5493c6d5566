import Configuration
import Failures
import Formats
import Learning
import Numerics

/// The layout of chains.safetensors: the tensors that shards keep between steps, each shard's part of a tensor behind that of the shard before, so that
/// the file does not depend on ranks.
///
/// A tensor has S x n entries for S shards of n; samples are N x C x H x W (images) or N x d.
package struct ChainsFile: Sendable {
    package static let name = "chains.safetensors"

    package let shards: Int
    /// What each shard keeps, in the order of the file.
    package let tensors: [StateTensor]
    package let header: SafetensorsHeader

    package init(shards: Int, _ tensors: [StateTensor]) {
        (self.shards, self.tensors) = (shards, tensors)
        header = SafetensorsHeader(
            tensors.map { ($0.name, $0.type, [shards * $0.count] + $0.entryShape) },
            metadata: tensors.reduce(into: ["shards": String(shards)]) { $0.merge($1.metadata) { old, _ in old } })
    }

    /// The layout of a file that may be of a run, however much its shards keep: samples as the run stores them, and whatever else its objective kept; nil
    /// for a header that such a run does not write.
    /// - Parameters:
    ///   - storage: how the run stores chains that persist; nil where they do not.
    ///   - shape: of a sample.
    init?(_ found: SafetensorsHeader, shards: Int, storage: ChainStorage?, shape: ImageShape) {
        guard let chains = found["chains"], let age = found["age"], age.shape.count == 1, age.count % shards == 0 else { return nil }
        // The file is as long as its header says, so that no number below is larger than it.
        let (values, overflow) = age.count.multipliedReportingOverflow(by: shape.count)
        guard !overflow, values == chains.count, values <= 1 << 56 else { return nil }
        let count = age.count / shards
        let layout = storage.map {
            SampleLayout.stored(ChainStorage(capacity: count, options: $0.options, ladder: $0.ladder, hasCentres: $0.hasCentres))
        }
        let samples = (layout ?? .negatives).tensors(shape: shape, rows: count)
        // What else is there is the objective's own: its size is what the file says.
        var others: [StateTensor] = []
        for tensor in found.tensors.dropFirst(samples.count) {
            guard let rows = tensor.shape.first, rows % shards == 0, rows > 0 else { return nil }
            others.append(StateTensor(tensor.name, tensor.type, count: rows / shards, .values(Array(tensor.shape.dropFirst()))))
        }
        self.init(shards: shards, samples + others)
        guard header == found else { return nil }
    }

    /// What one shard puts into the file: the bytes of each tensor.
    package struct Part: Sendable {
        package let tensors: [[UInt8]]

        package init(_ tensors: [[UInt8]]) { self.tensors = tensors }

        /// XXH3 over all of it, in order.
        package var checksum: String {
            let sum = Checksum()
            for bytes in tensors { sum.add(bytes) }
            return sum.text
        }
    }

    /// The parts of a shard as ranges of the data section, tensor by tensor.
    package func ranges(of shard: Int) -> [Range<Int>] {
        zip(header.tensors, tensors).map { placed, tensor in
            let start = placed.range.lowerBound + shard * tensor.bytes
            return start..<start + tensor.bytes
        }
    }

    package func part(_ shard: ShardState) -> Part {
        Part(shard.kept.map { slot in slot.tensor.inFileOrder(slot.read()) })
    }

    /// Puts what `part` gave back into a shard.
    package func restore(_ part: Part, into shard: ShardState) {
        for (slot, bytes) in zip(shard.kept, part.tensors) { slot.write(slot.tensor.inMemoryOrder(bytes)) }
    }
}

extension StateTensor {
    /// The shape of an entry in a file.
    fileprivate var entryShape: [Int] {
        switch entry {
        case .values(let sizes): sizes
        case .sample(let shape): shape.fileShape
        }
    }

    fileprivate func inFileOrder(_ bytes: [UInt8]) -> [UInt8] {
        guard case .sample(let shape) = entry else { return bytes }
        return ChannelOrder.outermost(bytes, shape: shape, valueSize: type.size)
    }

    fileprivate func inMemoryOrder(_ bytes: [UInt8]) -> [UInt8] {
        guard case .sample(let shape) = entry else { return bytes }
        return ChannelOrder.innermost(bytes, shape: shape, valueSize: type.size)
    }
}

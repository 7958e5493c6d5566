import Failures
import Formats
import Numerics
import Sampling

/// The layout of chains.safetensors: samples, ages and reservoir counters in shard order, so that it does not depend on ranks.
///
/// `chains`: N x C x H x W (images) or N x d, F32 or U8, the shards one after the other; `age`: N; `offered`: one for each shard.
package struct ChainsFile: Sendable {
    package static let name = "chains.safetensors"

    package let shards: Int
    /// Samples of each shard.
    package let capacity: Int
    package let shape: ImageShape
    package let type: NumberType
    package let header: SafetensorsHeader

    /// - Parameter options: how the replay buffer stores samples; nil for the last negatives of chains that do not persist.
    ///   Objectives without chains have a capacity of 0.
    package init(shards: Int, capacity: Int, shape: ImageShape, options: ReplayOptions?) {
        self.shards = shards
        self.capacity = capacity
        self.shape = shape
        type = if case .byte = options?.storage { .uint8 } else { .float32 }
        let count = shards * capacity
        let sample = shape.isVector ? [shape.count] : [shape.channels, shape.height, shape.width]
        var metadata = ["shards": String(shards)]
        if case .byte(let range) = options?.storage { metadata["range"] = "\(range.lowerBound) \(range.upperBound)" }
        header = SafetensorsHeader(
            [("chains", type, [count] + sample), ("age", .int32, [count]), ("offered", .int64, [shards])], metadata: metadata)
    }

    /// What one shard puts into the file.
    package struct Part: Sendable {
        package var samples: [UInt8]
        package var ages: [UInt8]
        package var offered: [UInt8]

        /// Ages and counter are counts of what has happened: never negative, and with room to go on counting.
        func checkRanges(_ place: String) throws(Failure) {
            let counts: [Int64] = LittleEndian.values(of: offered)
            let steps: [Int32] = LittleEndian.values(of: ages)
            guard counts.allSatisfy({ (0..<1 << 62).contains($0) }), steps.allSatisfy({ $0 >= 0 }) else {
                throw Failure(
                    .checkpoint, "\(place): expected ages and counters from 0 on, found a negative or huge one: the file is damaged")
            }
        }

        /// XXH3 over the three, in order.
        package var checksum: String {
            let sum = Checksum()
            sum.add(samples)
            sum.add(ages)
            sum.add(offered)
            return sum.text
        }
    }

    /// The parts of a shard as ranges of the data section: samples, ages, counter.
    package func ranges(of shard: Int) -> [Range<Int>] {
        zip(header.tensors, [capacity * shape.count * type.size, capacity * 4, 8]).map { tensor, size in
            let start = tensor.range.lowerBound + shard * size
            return start..<start + size
        }
    }

    package func part(_ shard: ShardState) -> Part {
        let samples: [UInt8]
        let ages: [Int32]
        if let replay = shard.replay {
            (samples, ages) = (replay.storedBytes, replay.ages)
        } else {
            samples = LittleEndian.bytes(of: shard.negatives.rows(0..<capacity).values)
            ages = Array(repeating: 0, count: capacity)
        }
        return Part(
            samples: ChannelOrder.outermost(samples, shape: shape, valueSize: type.size), ages: LittleEndian.bytes(of: ages),
            offered: LittleEndian.bytes(of: [Int64(shard.replay?.offered ?? 0)]))
    }

    /// Puts what `part` gave back into a shard.
    package func restore(_ part: Part, into shard: ShardState) {
        guard let replay = shard.replay else { return }
        replay.storedBytes = ChannelOrder.innermost(part.samples, shape: shape, valueSize: type.size)
        replay.ages = LittleEndian.values(of: part.ages)
        replay.offered = Int(LittleEndian.values(of: part.offered)[0] as Int64)
    }
}

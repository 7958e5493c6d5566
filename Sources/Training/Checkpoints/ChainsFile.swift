import Configuration
import Failures
import Formats
import Learning
import Numerics
import Sampling

/// The layout of chains.safetensors: samples, ages and reservoir counters in shard order, so that it does not depend on ranks.
///
/// `chains`: N x C x H x W (images) or N x d, F32 or U8, the shards one after the other; `age`: N; `offered`: one for each shard; with a ladder of
/// temperatures `level`: N, U8; where chains are tethered `centre`: as `chains`, F32; where posterior chains are kept `posterior`: rows x latent values,
/// F32, for each shard as many rows.
package struct ChainsFile: Sendable {
    package static let name = "chains.safetensors"

    package let shards: Int
    /// Samples of each shard.
    package let capacity: Int
    package let shape: ImageShape
    package let type: NumberType
    /// Levels of the ladder of temperatures; nil without one.
    package let levels: Int?
    /// Whether each chain has a centre that it is tethered to.
    package let hasCentres: Bool
    /// The posterior chains of data rows; nil where they are not kept.
    package let latentChains: LatentChains?
    package let header: SafetensorsHeader

    /// Rows of a shard, and the values of each.
    package struct LatentChains: Hashable, Sendable {
        package let rows: Int
        package let values: Int

        package init(rows: Int, values: Int) { (self.rows, self.values) = (rows, values) }
    }

    /// - Parameter options: how the replay buffer stores samples; nil for the last negatives of chains that do not persist.
    ///   Objectives without chains have a capacity of 0.
    package init(
        shards: Int, capacity: Int, shape: ImageShape, options: ReplayOptions?, levels: Int? = nil, hasCentres: Bool = false,
        latentChains: LatentChains? = nil
    ) {
        self.shards = shards
        self.capacity = capacity
        self.shape = shape
        self.levels = levels
        self.hasCentres = hasCentres
        self.latentChains = latentChains
        type = if case .byte = options?.storage { .uint8 } else { .float32 }
        let count = shards * capacity
        let sample = shape.isVector ? [shape.count] : [shape.channels, shape.height, shape.width]
        var metadata = ["shards": String(shards)]
        if case .byte(let range) = options?.storage { metadata["range"] = "\(range.lowerBound) \(range.upperBound)" }
        let level: [(String, NumberType, [Int])] = levels == nil ? [] : [("level", .uint8, [count])]
        let centre: [(String, NumberType, [Int])] = hasCentres ? [("centre", .float32, [count] + sample)] : []
        let posterior: [(String, NumberType, [Int])] = latentChains.map { [("posterior", .float32, [shards * $0.rows, $0.values])] } ?? []
        header = SafetensorsHeader(
            [("chains", type, [count] + sample), ("age", .int32, [count]), ("offered", .int64, [shards])] + level + centre + posterior,
            metadata: metadata)
    }

    /// The layout of a run's file, however many chains there are; nil for a header that a run of this configuration does not write.
    init?(_ found: SafetensorsHeader, of configuration: RunConfiguration, shape: ImageShape) {
        guard let chains = found["chains"], let age = found["age"], age.shape.count == 1, age.count % configuration.run.shards == 0 else {
            return nil
        }
        // The file is as long as its header says, so that no number below is larger than it.
        let (values, overflow) = age.count.multipliedReportingOverflow(by: shape.count)
        guard !overflow, values == chains.count, values <= 1 << 56 else { return nil }
        self.init(
            shards: configuration.run.shards, capacity: age.count / configuration.run.shards, shape: shape,
            options: configuration.replayCapacity == nil ? nil : configuration.replayOptions, levels: configuration.ladder?.levels,
            hasCentres: configuration.keepsPairs,
            latentChains: !configuration.posterior.keepChains
                ? nil
                : found["posterior"].flatMap {
                    $0.shape.count == 2 && $0.type == .float32
                        ? LatentChains(rows: $0.shape[0] / configuration.run.shards, values: $0.shape[1]) : nil
                })
        guard header == found else { return nil }
    }

    /// What one shard puts into the file.
    package struct Part: Sendable {
        package var samples: [UInt8]
        package var ages: [UInt8]
        package var offered: [UInt8]
        /// Empty without a ladder of temperatures.
        package var levels: [UInt8] = []
        /// Empty where chains are not tethered.
        package var centres: [UInt8] = []
        /// Empty where posterior chains are not kept.
        package var latents: [UInt8] = []

        /// In the order of the file.
        var all: [[UInt8]] { [samples, ages, offered] + [levels, centres, latents].filter { !$0.isEmpty } }

        /// Ages and counter are counts of what has happened: never negative, and with room to go on counting.
        func checkRanges(_ place: String) throws(Failure) {
            let counts: [Int64] = LittleEndian.values(of: offered)
            let steps: [Int32] = LittleEndian.values(of: ages)
            guard counts.allSatisfy({ (0..<1 << 62).contains($0) }), steps.allSatisfy({ $0 >= 0 }) else {
                throw Failure(
                    .checkpoint, "\(place): expected ages and counters from 0 on, found a negative or huge one: the file is damaged")
            }
        }

        /// XXH3 over all of it, in order.
        package var checksum: String {
            let sum = Checksum()
            for bytes in all { sum.add(bytes) }
            return sum.text
        }
    }

    /// The parts of a shard as ranges of the data section: samples, ages, counter, levels and centres where there are any.
    package func ranges(of shard: Int) -> [Range<Int>] {
        let optional =
            (levels == nil ? [] : [capacity]) + (hasCentres ? [capacity * shape.count * 4] : [])
            + (latentChains.map { [$0.rows * $0.values * 4] } ?? [])
        return zip(header.tensors, [capacity * shape.count * type.size, capacity * 4, 8] + optional).map { tensor, size in
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
            offered: LittleEndian.bytes(of: [Int64(shard.replay?.offered ?? 0)]), levels: shard.replay?.levels ?? [],
            centres: shard.replay?.centres.map { ChannelOrder.outermost(LittleEndian.bytes(of: $0.values), shape: shape, valueSize: 4) }
                ?? [], latents: shard.latentChains.map { LittleEndian.bytes(of: $0.values) } ?? [])
    }

    /// Refuses levels, of all shards, in which a ladder lacks a temperature: chains of one slot of neighbouring shards have one each.
    package func checkLadders(_ all: [UInt8], _ place: String) throws(Failure) {
        guard let levels else { return }
        for first in stride(from: 0, to: shards, by: levels) {
            for slot in 0..<capacity {
                let ladder = (first..<first + levels).map { Int(all[$0 * capacity + slot]) }
                guard ladder.sorted().elementsEqual(0..<levels) else {
                    throw Failure(
                        .checkpoint,
                        "\(place): shards \(first) to \(first + levels - 1), slot \(slot): expected each of \(levels) levels once, found \(ladder)"
                    )
                }
            }
        }
    }

    /// Puts what `part` gave back into a shard.
    package func restore(_ part: Part, into shard: ShardState) {
        if let latents = shard.latentChains {
            latents.copy(from: Matrix(rows: latents.rows, columns: latents.columns, LittleEndian.values(of: part.latents)))
        }
        guard let replay = shard.replay else { return }
        replay.storedBytes = ChannelOrder.innermost(part.samples, shape: shape, valueSize: type.size)
        replay.ages = LittleEndian.values(of: part.ages)
        replay.offered = Int(LittleEndian.values(of: part.offered)[0] as Int64)
        replay.levels = part.levels
        guard let centres = replay.centres else { return }
        let values: [Float] = LittleEndian.values(of: ChannelOrder.innermost(part.centres, shape: shape, valueSize: 4))
        centres.copy(from: Matrix(rows: capacity, columns: shape.count, values))
    }
}

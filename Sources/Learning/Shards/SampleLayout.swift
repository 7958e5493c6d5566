import Formats
import Numerics
import Sampling

/// The samples of the model that training leaves in a shard.
///
/// Files have them as `chains` (the samples), `age` (Langevin steps of each since its chain started) and `offered` (samples offered to a reservoir so
/// far); of stored chains also as `level` (the place of each on a ladder of temperatures), `centre` (what each is tethered to) and `condition` (what the
/// energy knows beside each).
package enum SampleLayout: Sendable {
    /// None: samples are drawn when somebody wants to see them.
    case none
    /// The negatives of the newest step.
    case negatives
    /// A replay buffer of chains that persist.
    case stored(ChainStorage)

    /// Samples of a shard.
    /// - Parameter rows: of a tile.
    package func capacity(rows: Int) -> Int {
        switch self {
        case .none: 0
        case .negatives: rows
        case .stored(let storage): storage.capacity
        }
    }

    package var storage: ChainStorage? { if case .stored(let storage) = self { storage } else { nil } }

    /// The tensors of samples of a shape, in the order of files.
    package func tensors(shape: ImageShape, rows: Int) -> [StateTensor] {
        let count = capacity(rows: rows)
        var samples = StateTensor("chains", .float32, count: count, .sample(shape))
        if case .byte(let range) = storage?.options.storage {
            samples = StateTensor("chains", .uint8, count: count, .sample(shape))
            samples.metadata = ["range": "\(range.lowerBound) \(range.upperBound)"]
        }
        var tensors = [
            samples, StateTensor("age", .int32, count: count, range: 0...Int64(Int32.max)),
            // With room to go on counting.
            StateTensor("offered", .int64, count: 1, range: 0...1 << 62 - 1),
        ]
        if let levels = storage?.ladder?.levels {
            var level = StateTensor("level", .uint8, count: count)
            level.ladder = levels
            tensors.append(level)
        }
        if storage?.hasCentres == true { tensors.append(StateTensor("centre", .float32, count: count, .sample(shape))) }
        if let numbers = storage?.conditionCount, numbers > 0 {
            tensors.append(StateTensor("condition", .float32, count: count, .values([numbers])))
        }
        return tensors
    }

    /// Where the values of the tensors are, in the same order.
    func slots(shape: ImageShape, rows: Int, negatives: Matrix, replay: ReplayShard?) -> [StateSlot] {
        let access: [(read: () -> [UInt8], write: ([UInt8]) -> Void)]
        if let replay {
            access = [
                ({ replay.storedBytes }, { replay.storedBytes = $0 }),
                ({ LittleEndian.bytes(of: replay.ages) }, { replay.ages = LittleEndian.values(of: $0) }),
                (
                    { LittleEndian.bytes(of: [Int64(replay.offered)]) },
                    { replay.offered = Int((LittleEndian.values(of: $0) as [Int64])[0]) }
                ),
            ]
        } else {
            // The next step makes its negatives anew.
            let count = capacity(rows: rows)
            access = [
                ({ LittleEndian.bytes(of: negatives.rows(0..<count).values) }, { _ in }),
                ({ LittleEndian.bytes(of: [Int32](repeating: 0, count: count)) }, { _ in }),
                ({ LittleEndian.bytes(of: [Int64(0)]) }, { _ in }),
            ]
        }
        let tensors = tensors(shape: shape, rows: rows)
        let common = zip(tensors, access).map { StateSlot($0, read: $1.read, write: $1.write) }
        let own = tensors.dropFirst(common.count).map { tensor -> StateSlot in
            guard let replay else { preconditionFailure("levels, centres and conditions are those of stored chains") }
            let kept = ["centre": replay.centres, "condition": replay.conditions][tensor.name] ?? nil
            guard let kept else { return StateSlot(tensor, read: { replay.levels }, write: { replay.levels = $0 }) }
            return StateSlot(tensor.name, kept, count: tensor.count, tensor.entry)
        }
        return common + own
    }
}

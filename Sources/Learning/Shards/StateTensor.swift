import Formats
import Numerics

/// A tensor that every shard keeps between steps, as checkpoints save it: so many entries of each shard, the shards one after the other.
package struct StateTensor: Hashable, Sendable {
    /// The shape of one entry.
    package enum Entry: Hashable, Sendable {
        /// Of these sizes, in the order of memory; none for a number.
        case values([Int])
        /// A sample: channels are innermost in memory and outermost in files.
        case sample(ImageShape)
    }

    package let name: String
    package let type: NumberType
    /// Entries of a shard.
    package let count: Int
    package let entry: Entry
    /// The values that whole numbers may have; nil for any, and for real numbers.
    package var range: ClosedRange<Int64>?
    /// The entries that stand at one place of so many neighbouring shards are 0, 1, 2, ..., each of them once; 1 where shards have nothing in common.
    package var ladder = 1
    /// What a reader of the file must know of it.
    package var metadata: [String: String] = [:]

    package init(_ name: String, _ type: NumberType, count: Int, _ entry: Entry = .values([]), range: ClosedRange<Int64>? = nil) {
        (self.name, self.type, self.count, self.entry, self.range) = (name, type, count, entry, range)
    }

    /// Bytes of a shard.
    package var bytes: Int {
        let values =
            switch entry {
            case .values(let sizes): sizes.reduce(1, *)
            case .sample(let shape): shape.count
            }
        return count * values * type.size
    }
}

/// A tensor of one shard with its values: little-endian bytes in the order of memory.
package struct StateSlot {
    package let tensor: StateTensor
    package let read: () -> [UInt8]
    /// Takes as many bytes as `read` gives.
    package let write: ([UInt8]) -> Void

    package init(_ tensor: StateTensor, read: @escaping () -> [UInt8], write: @escaping ([UInt8]) -> Void) {
        (self.tensor, self.read, self.write) = (tensor, read, write)
    }

    /// The rows of a matrix.
    /// - Parameter count: rows of the tensor.
    package init(_ name: String, _ values: Matrix, count: Int, _ entry: StateTensor.Entry) {
        self.init(
            StateTensor(name, .float32, count: count, entry), read: { LittleEndian.bytes(of: values.values) },
            write: { values.copy(from: Matrix(rows: values.rows, columns: values.columns, LittleEndian.values(of: $0) as [Float])) })
    }
}

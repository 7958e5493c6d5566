import Failures
import Formats
import Learning

/// What must hold of the values in a file whose bytes are as they were written.
extension ChainsFile {
    /// Whole numbers of a shard lie in their tensors' ranges.
    package func check(_ part: Part, _ place: String) throws(Failure) {
        for (tensor, bytes) in zip(tensors, part.tensors) {
            guard let range = tensor.range, let values = tensor.wholeNumbers(bytes), !values.allSatisfy(range.contains) else { continue }
            throw Failure(
                .checkpoint,
                "\(place): \(tensor.name): expected numbers from \(range.lowerBound) to \(range.upperBound), found others: the file is damaged"
            )
        }
    }

    /// Where shards share out the places of a ladder, every ladder has each place once.
    /// - Parameter bytes: of a range of the data section.
    package func checkLadders(_ place: String, bytes: (Range<Int>) throws -> [UInt8]) throws {
        for (placed, tensor) in zip(header.tensors, tensors) where tensor.ladder > 1 {
            guard let all = tensor.wholeNumbers(try bytes(placed.range)) else { continue }
            for first in stride(from: 0, to: shards, by: tensor.ladder) {
                for slot in 0..<tensor.count {
                    let found = (first..<first + tensor.ladder).map { Int(all[$0 * tensor.count + slot]) }
                    guard found.sorted().elementsEqual(0..<tensor.ladder) else {
                        throw Failure(
                            .checkpoint,
                            "\(place): shards \(first) to \(first + tensor.ladder - 1), slot \(slot): expected each \(tensor.name) below "
                                + "\(tensor.ladder) once, found \(found)")
                    }
                }
            }
        }
    }
}

extension StateTensor {
    /// Little-endian bytes as numbers; nil for real ones.
    fileprivate func wholeNumbers(_ bytes: [UInt8]) -> [Int64]? {
        switch type {
        case .uint8: bytes.map { Int64($0) }
        case .int32: (LittleEndian.values(of: bytes) as [Int32]).map { Int64($0) }
        case .int64: LittleEndian.values(of: bytes)
        default: nil
        }
    }
}

import CMPI
import Failures

extension MPICommunicator {
    public func barrier() throws(Failure) {
        try progress.meet("barrier")
        defer { progress.leave() }
        try check(mpi.barrier(handle), "MPI_Barrier", rank: rank)
    }

    public func maximum(_ values: inout [Double]) throws(Failure) {
        try reduce(&values, mpi.constants.maximum, "maximum")
    }

    public func minimum(_ values: inout [Double]) throws(Failure) {
        try reduce(&values, mpi.constants.minimum, "minimum")
    }

    public func broadcast(_ bytes: inout [UInt8], from root: Int) throws(Failure) {
        precondition((0..<size).contains(root), "rank \(root) is not one of \(size)")
        try progress.meet("broadcast")
        defer { progress.leave() }
        var count = Int64(bytes.count)
        try check(unsafe mpi.bcast(&count, 1, mpi.constants.int64, Int32(root), handle), "MPI_Bcast", rank: rank)
        if rank != root {
            bytes = [UInt8](repeating: 0, count: Int(count))
        }
        try unsafe inChunks(of: &bytes, 0..<bytes.count, "MPI_Bcast") { start, count in
            unsafe mpi.bcast(start, count, mpi.constants.byte, Int32(root), handle)
        }
    }

    public func gather(_ mine: [Double], perShard: Int, layout: ShardLayout) throws(Failure) -> [Double] {
        precondition(layout.ranks == size, "a layout over \(layout.ranks) ranks on \(size) ranks")
        precondition(mine.count == perShard * layout.range(of: rank).count, "every own shard gives \(perShard) values")
        try progress.meet("gather")
        defer { progress.leave() }
        var all = [Double](repeating: 0, count: perShard * layout.shards)
        let ranges = (0..<size).map { rank in
            let shards = layout.range(of: rank)
            return perShard * shards.lowerBound..<perShard * shards.upperBound
        }
        all.replaceSubrange(ranges[rank], with: mine)
        if all.count <= chunkLimit {
            try gather(&all, ranges)
        } else {
            for (owner, range) in ranges.enumerated() {
                try unsafe inChunks(of: &all, range, "MPI_Bcast") { start, count in
                    unsafe mpi.bcast(start, count, mpi.constants.float64, Int32(owner), handle)
                }
            }
        }
        return all
    }

    /// One message: every rank's range of the array, from the rank that owns it.
    private func gather(_ all: inout [Double], _ ranges: [Range<Int>]) throws(Failure) {
        let counts = ranges.map { Int32($0.count) }
        let offsets = ranges.map { Int32($0.lowerBound) }
        let code = unsafe all.withUnsafeMutableBufferPointer { all in
            unsafe mpi.allgatherv_in_place(all.baseAddress, counts, offsets, mpi.constants.float64, handle)
        }
        try check(code, "MPI_Allgatherv", rank: rank)
    }

    /// Element-wise reduction in place. All ranks must give the same number of values.
    private func reduce(_ values: inout [Double], _ operation: ebm_op, _ name: StaticString) throws(Failure) {
        try progress.meet(name)
        defer { progress.leave() }
        try unsafe inChunks(of: &values, 0..<values.count, "MPI_Allreduce") { start, count in
            unsafe mpi.allreduce_in_place(start, count, mpi.constants.float64, operation, handle)
        }
    }

    /// Calls `body` for consecutive pieces of at most `chunkLimit` elements of a range of the array.
    private func inChunks<Value>(
        of values: inout [Value], _ range: Range<Int>, _ call: String, _ body: (UnsafeMutableRawPointer, Int32) -> Int32
    ) throws(Failure) {
        guard !range.isEmpty else { return }
        let (limit, progress) = (chunkLimit, progress)
        let code = unsafe values.withUnsafeMutableBufferPointer { values in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: limit) {
                let count = min(limit, range.upperBound - start)
                let code = unsafe body(values.baseAddress! + start, Int32(count))
                if code != 0 { return code }
                // Of more than one message each is progress.
                if count == limit { progress.move() }
            }
            return 0
        }
        try check(code, call, rank: rank)
    }
}

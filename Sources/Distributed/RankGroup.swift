import CMPI
import Failures

/// Some ranks that sum and gather together: all, those of one node, or one of every node.
///
/// Vectors travel in windows, so that what the MPI library takes beside them stays small: `MPI_Reduce_scatter` of Open MPI holds its operand up to
/// twice.
@safe struct RankGroup {
    let handle: ebm_comm
    let size: Int
    /// This rank's index.
    let index: Int
    let crossesNodes: Bool

    /// The most elements that are packed for one reduction: 2 MiB of Int64.
    private static let windowLimit = 1 << 18

    /// Collective over `parent`. The ranks that give the same color, in the order of their keys.
    init(of parent: ebm_comm, color: Int, key: Int, crossesNodes: Bool, rank: Int) throws(Failure) {
        var made = ebm_comm()
        try check(unsafe mpi.comm_split(parent, Int32(color), Int32(key), &made), "MPI_Comm_split", .launch, rank: rank)
        try check(mpi.comm_return_errors(made), "MPI_Comm_set_errhandler", .launch, rank: rank)
        var (size, index): (Int32, Int32) = (0, 0)
        try check(unsafe mpi.comm_size(made, &size), "MPI_Comm_size", .launch, rank: rank)
        try check(unsafe mpi.comm_rank(made, &index), "MPI_Comm_rank", .launch, rank: rank)
        handle = made
        (self.size, self.index, self.crossesNodes) = (Int(size), Int(index), crossesNodes)
    }

    func free() throws(Failure) {
        var handle = handle
        try check(unsafe mpi.comm_free(&handle), "MPI_Comm_free", rank: index)
    }

    /// Collective. Element-wise sum of one part of the vector, on all ranks of the group.
    func sum<Value: MPIValue>(_ values: inout [Value], _ part: Range<Int>, _ communicator: MPICommunicator) throws(Failure) {
        guard size > 1 else { return }
        try forEachWindow(of: [part], limit: communicator.chunkLimit, communicator) { (windows) throws(Failure) in
            let window = windows[0]
            let code = unsafe values.withUnsafeMutableBufferPointer { values in
                unsafe mpi.allreduce_in_place(
                    values.baseAddress! + window.lowerBound, Int32(window.count), Value.type, mpi.constants.sum, handle)
            }
            try check(code, "MPI_Allreduce", rank: communicator.rank)
            // In two halves, rounded up like the slices of a vector that does not divide.
            return 2 * MemoryLayout<Value>.size * (window.count - window.count / size)
        }
    }

    /// Collective. Element-wise sum of all parts, of which each rank gets its own, in its place: the rank with index i the part i.
    func sum<Value: MPIValue>(_ values: inout [Value], parts: [Range<Int>], _ communicator: MPICommunicator) throws(Failure) {
        guard size > 1 else { return }
        var packed: [Value] = []
        try forEachWindow(of: parts, limit: min(Self.windowLimit, communicator.chunkLimit), communicator) { (windows) throws(Failure) in
            packed.removeAll(keepingCapacity: true)
            for window in windows { packed.append(contentsOf: values[window]) }
            let counts = windows.map { Int32($0.count) }
            let code = unsafe packed.withUnsafeMutableBufferPointer { packed in
                unsafe mpi.reduce_scatter_in_place(packed.baseAddress, counts, Value.type, mpi.constants.sum, handle)
            }
            try check(code, "MPI_Reduce_scatter", rank: communicator.rank)
            let own = windows[index]
            values.replaceSubrange(own, with: packed[..<own.count])
            return MemoryLayout<Value>.size * (packed.count - own.count)
        }
    }

    /// Collective. Gives each rank's part to the others, in place.
    func gather<Value: MPIValue>(_ values: inout [Value], parts: [Range<Int>], _ communicator: MPICommunicator) throws(Failure) {
        guard size > 1 else { return }
        try forEachWindow(of: parts, limit: communicator.chunkLimit, communicator) { (windows) throws(Failure) in
            let (counts, places) = (windows.map { Int32($0.count) }, windows.map { Int32($0.lowerBound) })
            let code = unsafe values.withUnsafeMutableBufferPointer { values in
                unsafe mpi.allgatherv_in_place(values.baseAddress, counts, places, Value.type, handle)
            }
            try check(code, "MPI_Allgatherv", rank: communicator.rank)
            return MemoryLayout<Value>.size * (counts.reduce(0) { $0 + Int($1) } - windows[index].count)
        }
    }

    /// Calls `body` for consecutive windows of the parts, of at most `limit` elements together, or one of each part, and counts the bytes that it
    /// returns.
    private func forEachWindow(
        of parts: [Range<Int>], limit: Int, _ communicator: MPICommunicator, _ body: ([Range<Int>]) throws(Failure) -> Int
    ) throws(Failure) {
        let longest = parts.reduce(0) { max($0, $1.count) }
        let width = max(1, limit / parts.count)
        for start in stride(from: 0, to: longest, by: width) {
            let windows = parts.map { part in
                min(part.upperBound, part.lowerBound + start)..<min(part.upperBound, part.lowerBound + start + width)
            }
            communicator.traffic.add(try body(windows), crossesNodes: crossesNodes)
            // Each of several is progress.
            if start + width < longest { communicator.progress.move() }
        }
    }
}

/// A number that MPI can add.
protocol MPIValue {
    static var type: ebm_datatype { get }
}

extension Int64: MPIValue {
    static var type: ebm_datatype { mpi.constants.int64 }
}

extension Float: MPIValue {
    static var type: ebm_datatype { mpi.constants.float32 }
}

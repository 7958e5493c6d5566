import Failures

extension Communicator {
    /// Collective. What ranks read by themselves has to be the same on all nodes.
    ///
    /// - Parameter checksum: `Checksum`, of what this rank read.
    /// - Throws: `.launch` where it is not.
    package func checkIsSame(_ checksum: String, _ name: String) throws(Failure) {
        let isSame = try isSame(UInt64(checksum, radix: 16) ?? 0)
        try onRoot {
            if !isSame { throw Failure(.launch, "\(name): the ranks read different bytes: all nodes have to see the same files") }
        }
    }
}

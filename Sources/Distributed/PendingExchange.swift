import Failures

/// Bytes on their way between ranks: begun by `Communicator.beginExchange`, complete after `finish`.
public protocol PendingExchange: AnyObject {
    /// Collective. Waits until everything that this rank sends and receives has arrived; call it once.
    ///
    /// - Returns: what came from all ranks, in the order of ranks.
    func finish() throws(Failure) -> [UInt8]
}

/// The exchange of a process with itself: nothing travels.
final class SoloExchange: PendingExchange {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func finish() -> [UInt8] { bytes }
}

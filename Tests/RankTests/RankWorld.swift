import Dispatch
import Distributed
import Failures
import Foundation

/// The world of this test process: MPI is started once, at the first use, and stopped when the process exits.
///
/// Under `scripts/test-ranks` these are the ranks of mpirun, under a plain `swift test` one process alone. Suites run on the main
/// actor, because MPI is started for the main thread only, and one after another (`--no-parallel`).
@MainActor enum RankWorld {
    static let communicator: any Communicator = {
        let launch = LaunchEnvironment.current
        guard launch.startsMPI else { return SoloCommunicator() }
        do {
            let started = try World.start(launch, Watchdog(launch))
            world = started
            atexit {
                // The testing library may call exit() on a thread of its own, but the thread that started MPI must stop it.
                if Thread.isMainThread {
                    MainActor.assumeIsolated { RankWorld.world?.stop(1) }
                } else {
                    DispatchQueue.main.sync { MainActor.assumeIsolated { RankWorld.world?.stop(1) } }
                }
            }
            return started.communicator
        } catch {
            fatalError("MPI cannot be started: \(error)")
        }
    }()

    private static var world: World?

    /// How ranks may share machines: one to four in their order, the last machine perhaps fewer, or the first with the last, the second with the last but one.
    enum Sharing: Sendable, CaseIterable {
        case alone, pairs, threes, fours, mirrored

        func map(_ size: Int) -> NodeMap {
            NodeMap(
                leaders: (0..<size).map { rank in
                    switch self {
                    case .alone: rank
                    case .pairs: rank / 2
                    case .threes: rank / 3
                    case .fours: rank / 4
                    case .mirrored: min(rank, size - 1 - rank)
                    }
                })
        }
    }

    /// Runs `body` as if the ranks shared machines so.
    static func sharing(_ sharing: Sharing, _ body: () throws -> Void) throws {
        guard let mpi = communicator as? MPICommunicator else { return try body() }
        let usual = mpi.nodes
        try mpi.regroup(sharing.map(mpi.size))
        let result = Result { try body() }
        try mpi.regroup(usual)
        try result.get()
    }

    /// Runs `body` with messages of at most `limit` elements.
    static func withChunkLimit(_ limit: Int, _ body: () throws -> Void) rethrows {
        let mpi = communicator as? MPICommunicator
        let usual = mpi?.chunkLimit
        mpi?.chunkLimit = limit
        defer { if let usual { mpi?.chunkLimit = usual } }
        try body()
    }
}

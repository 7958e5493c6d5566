import CMPI
import Failures
import Glibc

/// Starts MPI when a launcher started this process, else works alone, runs `body` on every rank, and ends MPI in all cases.
///
/// Returns the exit code of the process: 0, or that of the failure. A failure that all ranks threw is printed once, by rank 0, as
/// `ebm-dist: message`, and all ranks end in order. A failure of one rank alone is printed by that rank as `ebm-dist: rank r of P: message`,
/// and ends the job within a second, whatever the other ranks wait for. Independent processes of a wrong launch end with `.launch` before `body`.
/// A `Watchdog` ends a job that stands still, from before the start of MPI to after its end.
public func withWorld(_ body: (any Communicator) throws -> Void) -> Int32 {
    let launch = LaunchEnvironment.current
    let world: World
    do {
        let watchdog = try Watchdog(launch)
        watchdog.start()
        if SharedMemoryLeftovers.isFirstOfNode { SharedMemoryLeftovers.remove() }
        guard launch.startsMPI else { return withSolo(watchdog, body) }
        world = try World.start(launch, watchdog)
    } catch {
        if launch.speaks { Console.report("ebm-dist: \(error.message)") }
        return error.exitCode
    }
    var failure: Failure?
    do {
        try body(world.communicator)
        try world.communicator.progress.checkLatches()
    } catch {
        failure = Failure(describing: error)
    }
    let code = world.agreeOnEnd(failure)
    world.stop(code)
    return code
}

private func withSolo(_ watchdog: Watchdog, _ body: (any Communicator) throws -> Void) -> Int32 {
    defer { watchdog.stop() }
    var code: Int32 = 0
    do {
        try body(SoloCommunicator(watchdog.board))
        try watchdog.board.checkLatches()
    } catch {
        let failure = Failure(describing: error)
        Console.report("ebm-dist: \(failure.message)")
        code = failure.exitCode
    }
    Console.flush()
    return code
}

/// MPI from start to stop: the communicator of the program, and a second one on which the ranks agree how to end.
@safe package final class World {
    package let communicator: MPICommunicator
    private let ending: ebm_comm
    private let watchdog: Watchdog

    /// Starts MPI with `MPI_THREAD_FUNNELED` and checks that the launcher's processes are the ranks of one world. Stops MPI again if not.
    ///
    /// - Parameter watchdog: which knows the ranks of this host afterwards.
    package static func start(_ launch: LaunchEnvironment, _ watchdog: Watchdog) throws(Failure) -> World {
        if launch.isHopeless, let failure = launch.mismatch(worldSize: 1) { throw failure }
        let board = watchdog.board
        board.begin(.starting(processes: launch.expectedProcesses ?? 1))
        defer { board.end() }
        board.enter("MPI_Init")
        try MPILibrary.open(for: launch)
        var provided: Int32 = 0
        try check(
            unsafe mpi.init_thread(mpi.constants.funneled, &provided), "MPI_Init_thread", .launch, rank: launch.processIndex ?? 0)
        board.leave()
        do {
            return try World(launch, threadLevel: provided, watchdog)
        } catch {
            _ = mpi.finalize()
            throw error
        }
    }

    private init(_ launch: LaunchEnvironment, threadLevel: Int32, _ watchdog: Watchdog) throws(Failure) {
        guard threadLevel >= mpi.constants.funneled else {
            throw Failure(.launch, "the MPI library does not support threads beside the one that calls it (MPI_THREAD_FUNNELED)")
        }
        var size: Int32 = 0
        try check(unsafe mpi.comm_size(mpi.constants.world, &size), "MPI_Comm_size", .launch, rank: launch.processIndex ?? 0)
        if let failure = launch.mismatch(worldSize: Int(size)) { throw failure }
        self.watchdog = watchdog
        watchdog.board.enter("the start of communicators")
        defer { watchdog.board.leave() }
        communicator = try MPICommunicator(watchdog)
        ending = try duplicateOfWorld(rank: communicator.rank)
    }

    /// Collective over the ranks that can still come. Gives the exit code if all ranks ended well or failed alike; ends the job otherwise.
    ///
    /// A rank that failed cannot know whether the others failed too or wait for it in a collective call, so it waits for them for a short
    /// time only; when all threw an agreed failure they do come, and may take longer on a busy machine.
    package func agreeOnEnd(_ failure: Failure?) -> Int32 {
        let board = communicator.progress
        // Ranks come when they have done what they do alone.
        board.begin(.computing("the end"))
        defer { board.end() }
        board.enter("the agreement on the end")
        defer { board.leave() }
        let patience: Double? = failure.map { $0 == communicator.agreedFailure ? 20 : 0.5 }
        guard let ends = EndAgreement(failure, rank: communicator.rank).reached(over: ending, within: patience) else {
            communicator.abort(failure ?? Failure(.software, "the ranks cannot agree how to end"))
        }
        if let failure, ends.isSame {
            if communicator.rank == 0 { Console.report("ebm-dist: \(failure.message)") }
            return failure.exitCode
        }
        guard let first = ends.firstFailing else { return 0 }
        if let failure, first == communicator.rank { communicator.abort(failure) }
        // The first failing rank speaks and ends the job; this is for the case that it dies before it can.
        sleep(2)
        communicator.endJob(ends.exitCode)
    }

    /// Collective. Frees what was made and stops MPI.
    ///
    /// The ranks have agreed how they end and have written all that they write, so a library that does not come back from `MPI_Finalize` costs a
    /// few seconds and no more: the process then ends by itself.
    /// - Parameter code: the exit code for this case.
    package func stop(_ code: Int32) {
        Console.flush()
        communicator.progress.begin(.computing("the end"))
        let patience = LastPatience(ranks: communicator.size, speaks: communicator.rank == 0, code)
        defer { patience.end() }
        communicator.progress.enter("MPI_Finalize")
        defer { watchdog.stop() }
        do {
            var ending = ending
            try check(unsafe mpi.comm_free(&ending), "MPI_Comm_free", rank: communicator.rank)
            try communicator.free()
            try check(mpi.finalize(), "MPI_Finalize", rank: communicator.rank)
        } catch {
            communicator.abort(error)
        }
    }
}

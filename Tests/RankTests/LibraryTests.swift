import CMPI
import Distributed
import Testing

/// The library that the launcher's ranks have opened, as its interface has it: the calls of the other suites use all other constants.
@MainActor @Suite(.serialized) struct LibraryTests {
    let communicator = RankWorld.communicator

    @Test func `the library is that of the launcher, and Open MPI says whether waiting ranks yield`() {
        let launch = LaunchEnvironment.current
        guard launch.startsMPI else {
            #expect(MPILibrary.family == nil && MPILibrary.yieldsWhenIdle == nil)
            return
        }
        #expect(communicator.size == launch.expectedProcesses)
        #expect(MPILibrary.family == launch.families.first, "opened \(MPILibrary.version)")
        #expect((MPILibrary.yieldsWhenIdle != nil) == (MPILibrary.family == .openMPI))
    }

    @Test func `an error of a call comes back with the library's words`() {
        guard LaunchEnvironment.current.startsMPI else { return }
        let mpi = unsafe ebm_mpi().pointee
        var (own, value) = (ebm_comm(), Int64(0))
        #expect(unsafe mpi.comm_dup(mpi.constants.world, &own) == 0)
        #expect(mpi.comm_return_errors(own) == 0)
        let code = unsafe mpi.bcast(&value, -1, mpi.constants.int64, 0, own)
        #expect(code != 0)
        var (text, length) = ([CChar](repeating: 0, count: 513), Int32(0))
        #expect(unsafe mpi.error_string(code, &text, &length) == 0)
        #expect(String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self).lowercased().contains("count"))
        #expect(unsafe mpi.comm_free(&own) == 0)
    }
}

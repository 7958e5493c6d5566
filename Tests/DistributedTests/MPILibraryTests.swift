import Distributed
import Failures
import Testing

@Suite struct MPILibraryTests {
    private static func candidates(_ environment: [String: String], _ files: Set<String> = []) throws(Failure) -> [String] {
        try MPILibrary.candidates(LaunchEnvironment.decide(environment: environment), environment: environment) { files.contains($0) }
    }

    @Test func `libraries beside the launcher go before those of the system, and the launcher's family before others`() throws {
        let files: Set = ["/opt/mpi/bin/mpirun", "/opt/mpi/lib/libmpi.so.12", "/opt/mpi/lib/libmpi_abi.so.1", "/opt/other/bin/mpirun"]
        let found = try Self.candidates(["PMI_SIZE": "2", "PMI_RANK": "0", "PATH": "/opt/mpi/bin:/opt/other/bin"], files)
        #expect(found.first == "/opt/mpi/lib/libmpi.so.12" && found.dropFirst().first == "libmpi.so.12", "\(found)")
        let (standard, open) = (found.firstIndex(of: "/opt/mpi/lib/libmpi_abi.so.1"), found.firstIndex(of: "libmpi.so.40"))
        #expect(try #require(standard) < #require(open), "\(found)")
        #expect(try Self.candidates(["OMPI_COMM_WORLD_SIZE": "2", "PATH": "/usr/bin"]).first == "libmpi.so.40")
    }

    @Test func `a family or a file that is asked for is tried alone`() throws {
        let launch = ["OMPI_COMM_WORLD_SIZE": "2"]
        #expect(try Self.candidates(launch.merging(["EBM_DIST_MPI": "/opt/x.so"]) { $1 }) == ["/opt/x.so"])
        #expect(try Self.candidates(launch.merging(["EBM_DIST_MPI": "libmpi.so.12"]) { $1 }) == ["libmpi.so.12"])
        #expect(try Self.candidates(launch.merging(["EBM_DIST_MPI": "abi"]) { $1 }) == ["libmpi_abi.so.1", "libmpi_abi.so.0"])
        #expect(try Self.candidates(launch.merging(["EBM_DIST_MPI": ""]) { $1 }) == Self.candidates(launch))
        let failure = #expect(throws: Failure.self) { try Self.candidates(["EBM_DIST_MPI": "lam"]) }
        #expect(failure?.message.contains("expected openmpi, mpich, abi or the path of a library, found \"lam\"") == true)
    }

    @Test func `what libraries say of themselves is cut to name and version`() {
        #expect(MPILibrary.shortened("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4") == "Open MPI v4.1.4")
        #expect(MPILibrary.shortened("MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7\n") == "MPICH 4.0.2")
        #expect(MPILibrary.shortened("Intel(R) MPI Library 2021.19 for Linux* OS\n\0") == "Intel(R) MPI Library 2021.19 for Linux* OS")
    }
}

import Distributed
import Failures
import Testing

@Suite struct LaunchEnvironmentTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let variables: [String: String]
        let startsMPI: Bool
        let expected: Int?
        var index: Int? = nil
        var isHopeless = false
    }

    /// What a batch script finds in its environment on an allocation of two nodes and eight tasks.
    static let batch = [
        "SLURM_JOB_ID": "7", "SLURM_JOBID": "7", "SLURM_NTASKS": "8", "SLURM_NPROCS": "8", "SLURM_PROCID": "0", "SLURM_LOCALID": "0",
        "SLURM_NODEID": "0", "SLURM_NNODES": "2", "SLURM_TASKS_PER_NODE": "4(x2)",
    ]
    static func with(_ variables: [String: String]) -> [String: String] { batch.merging(variables) { $1 } }

    static let cases = [
        Case(testDescription: "a shell", variables: ["HOME": "/root"], startsMPI: false, expected: nil),
        Case(testDescription: "an sbatch script that starts the program itself", variables: batch, startsMPI: false, expected: nil),
        Case(
            testDescription: "the batch step under its own number",
            variables: with(["SLURM_STEP_ID": "4294967291", "SLURM_STEP_NUM_TASKS": "8"]), startsMPI: false, expected: nil),
        Case(
            testDescription: "the interactive step of salloc",
            variables: with(["SLURM_STEP_ID": "4294967290", "SLURM_STEP_NUM_TASKS": "1"]), startsMPI: false, expected: nil),
        Case(
            testDescription: "mpirun of Open MPI",
            variables: ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "PMIX_RANK": "3", "OMPI_COMM_WORLD_LOCAL_RANK": "1"],
            startsMPI: true, expected: 4, index: 3),
        Case(
            testDescription: "mpirun of Open MPI with one process", variables: ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"],
            startsMPI: true, expected: 1, index: 0),
        Case(
            testDescription: "mpirun in an allocation, on a node whose daemon srun started",
            variables: with([
                "OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_RANK": "5", "PMIX_RANK": "5", "SLURM_STEP_ID": "0",
                "SLURM_STEP_NUM_TASKS": "1",
            ]), startsMPI: true, expected: 8, index: 5),
        Case(
            testDescription: "srun --mpi=pmix",
            variables: with(["PMIX_RANK": "6", "SLURM_PROCID": "6", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "8"]), startsMPI: true,
            expected: 8, index: 6),
        Case(
            testDescription: "srun --mpi=pmix with one task",
            variables: with(["PMIX_RANK": "0", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"]), startsMPI: true, expected: 1, index: 0),
        Case(
            testDescription: "srun --mpi=none",
            variables: with(["SLURM_PROCID": "2", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "8"]), startsMPI: true, expected: 8,
            index: 2,
            isHopeless: true),
        Case(
            testDescription: "srun --mpi=none with one task",
            variables: with(["SLURM_PROCID": "0", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"]), startsMPI: false, expected: nil),
        Case(
            testDescription: "srun --mpi=pmi2",
            variables: with(["PMI_RANK": "1", "PMI_SIZE": "8", "SLURM_PROCID": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "8"]),
            startsMPI: true, expected: 8, index: 1),
        Case(
            testDescription: "mpirun of MPICH or Intel MPI",
            variables: ["PMI_RANK": "2", "PMI_SIZE": "4", "PMI_FD": "9", "MPI_LOCALNRANKS": "2", "MPI_LOCALRANKID": "0"], startsMPI: true,
            expected: 4, index: 2),
        Case(
            testDescription: "mpirun of MPICH with one process", variables: ["PMI_RANK": "0", "PMI_SIZE": "1", "MPI_LOCALNRANKS": "1"],
            startsMPI: false, expected: 1, index: 0),
        Case(
            testDescription: "srun --mpi=cray_shasta",
            variables: with(["PALS_RANKID": "5", "PALS_LOCAL_RANKID": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "8"]),
            startsMPI: true, expected: 8, index: 5),
        Case(
            testDescription: "a launcher that tells the local ranks only", variables: ["MPI_LOCALNRANKS": "2", "MPI_LOCALRANKID": "1"],
            startsMPI: true, expected: 2, index: 1),
        Case(testDescription: "nonsense", variables: ["OMPI_COMM_WORLD_SIZE": "", "PMI_SIZE": "many"], startsMPI: false, expected: nil),
    ]

    @Test(arguments: cases) func `the launch is decided from the environment`(_ example: Case) {
        let launch = LaunchEnvironment.decide(environment: example.variables)
        #expect(launch.startsMPI == example.startsMPI)
        #expect(launch.expectedProcesses == example.expected)
        #expect(launch.processIndex == example.index)
        #expect(launch.isHopeless == example.isHopeless)
    }

    @Test func `a world smaller than the launch is refused with the evidence and the fix`() {
        let launch = LaunchEnvironment.decide(environment: ["PMI_RANK": "2", "PMI_SIZE": "4"])
        let failure = launch.mismatch(worldSize: 1)
        #expect(failure?.kind == .launch)
        #expect(failure?.message.contains("started 4 processes, but this one sees an MPI world of 1") == true)
        #expect(failure?.message.contains("PMI_SIZE=4, PMI_RANK=2") == true)
        #expect(failure?.message.contains("srun --mpi=pmix") == true)
        #expect(launch.mismatch(worldSize: 4) == nil)
    }

    @Test func `a launch prefers the library of its launcher`() {
        func families(_ variables: [String: String]) -> [MPIFamily] { LaunchEnvironment.decide(environment: variables).families }
        #expect(families(["OMPI_COMM_WORLD_SIZE": "4"]).first == .openMPI)
        #expect(families(["PMIX_RANK": "0"]).first == .openMPI)
        #expect(families(["PMI_SIZE": "4", "PMI_RANK": "0"]).first == .mpich)
        #expect(families(["PALS_RANKID": "0"]).first == .mpich)
        // Any library may have learned any launcher, so none is left out.
        for variables in [["OMPI_COMM_WORLD_SIZE": "4"], ["PMIX_RANK": "0"], ["PMI_SIZE": "4"]] {
            #expect(Set(families(variables)) == Set(MPIFamily.allCases))
        }
    }

    @Test func `a launch of unknown size is never refused`() {
        #expect(LaunchEnvironment.decide(environment: ["PMIX_RANK": "0"]).mismatch(worldSize: 1) == nil)
        #expect(LaunchEnvironment.decide(environment: [:]).mismatch(worldSize: 1) == nil)
    }
}

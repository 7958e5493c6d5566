import Failures
import Foundation

/// What the environment says about how this process was started: alone, or as one of several by a launcher.
public struct LaunchEnvironment: Hashable, Sendable {
    /// Whether MPI has to be started.
    public let startsMPI: Bool
    /// How many processes the launcher says it started; nil where it does not say.
    public let expectedProcesses: Int?
    /// This process among them; nil where the launcher does not say.
    public let processIndex: Int?
    /// The variables that tell, as `NAME=value`.
    public let evidence: [String]
    /// Whether this Open MPI cannot join such a launch, which is known before MPI is started.
    public let isHopeless: Bool

    /// Decides from the variables of Open MPI's `mpirun`, of PMIx, of the PMI of MPICH and Intel MPI, and of a Slurm *step*.
    ///
    /// The variables of a Slurm job (SLURM_PROCID=0, SLURM_NTASKS=8) are also set for the batch script itself, where the program runs
    /// alone; only the variables of a step (SLURM_STEP_NUM_TASKS, and a SLURM_STEP_ID that is not the batch or interactive one) are
    /// a sign of `srun`. Every `mpirun` inside an allocation starts its daemons with `srun`, so its own variables go first.
    public static func decide(environment: [String: String]) -> LaunchEnvironment {
        let openMPI = environment["OMPI_COMM_WORLD_SIZE"].flatMap(Int.init)
        let foreign = ["PMI_SIZE", "MV2_COMM_WORLD_SIZE", "MPI_LOCALNRANKS"].lazy.compactMap { environment[$0].flatMap(Int.init) }.first
        let hasPMI = environment["PMI_RANK"] != nil || foreign != nil
        let hasPMIx = environment["PMIX_RANK"] != nil
        let step = slurmStepTasks(environment)
        let names = [
            "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_SIZE", "PMI_RANK", "MV2_COMM_WORLD_SIZE",
            "MV2_COMM_WORLD_RANK",
            "MPI_LOCALNRANKS", "MPI_LOCALRANKID", "SLURM_STEP_ID", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID",
        ]
        let evidence = names.compactMap { name in environment[name].map { "\(name)=\($0)" } }
        func index(_ names: String...) -> Int? { names.lazy.compactMap { environment[$0].flatMap(Int.init) }.first }

        if let openMPI {
            return LaunchEnvironment(
                startsMPI: true, expectedProcesses: openMPI, processIndex: index("OMPI_COMM_WORLD_RANK", "PMIX_RANK"), evidence: evidence,
                isHopeless: false)
        }
        if hasPMIx {
            return LaunchEnvironment(
                startsMPI: true, expectedProcesses: foreign ?? step, processIndex: index("PMIX_RANK"), evidence: evidence, isHopeless: false
            )
        }
        if hasPMI {
            return LaunchEnvironment(
                startsMPI: foreign != 1, expectedProcesses: foreign ?? step,
                processIndex: index("PMI_RANK", "MV2_COMM_WORLD_RANK", "MPI_LOCALRANKID", "SLURM_PROCID"), evidence: evidence,
                isHopeless: false)
        }
        if let step, step > 1 {
            return LaunchEnvironment(
                startsMPI: true, expectedProcesses: step, processIndex: index("SLURM_PROCID"), evidence: evidence, isHopeless: true)
        }
        return LaunchEnvironment(startsMPI: false, expectedProcesses: nil, processIndex: nil, evidence: evidence, isHopeless: false)
    }

    /// The decision for this process.
    public static var current: LaunchEnvironment { decide(environment: ProcessInfo.processInfo.environment) }

    /// The tasks of the Slurm step this process belongs to; nil outside a step, and in the batch, external and interactive steps.
    private static func slurmStepTasks(_ environment: [String: String]) -> Int? {
        let id = (environment["SLURM_STEP_ID"] ?? environment["SLURM_STEPID"]).flatMap(UInt32.init)
        if let id, id >= 0xffff_fff0 { return nil }
        return environment["SLURM_STEP_NUM_TASKS"].flatMap(Int.init)
    }

    /// The failure of a launch that made independent processes instead of the ranks of one world; nil when all is well.
    ///
    /// `worldSize`: the size of `MPI_COMM_WORLD`, or 1 when MPI cannot be started at all.
    public func mismatch(worldSize: Int) -> Failure? {
        guard let expectedProcesses, worldSize < expectedProcesses else { return nil }
        return Failure(
            .launch,
            "the launcher started \(expectedProcesses) processes, but this one sees an MPI world of \(worldSize): every process would do the "
                + "whole work on its own (found \(evidence.joined(separator: ", "))). Start with the mpirun of the Open MPI this program is "
                + "linked to (see `ldd`), not that of another MPI; under Slurm use `srun --mpi=pmix` (`srun --mpi=list` shows what there is) or "
                + "mpirun inside the allocation")
    }

    /// Whether this process prints what concerns all of them: the first one, or any where the launcher does not number them.
    var speaks: Bool { (processIndex ?? 0) == 0 }
}

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
    /// Whether no MPI library can join such a launch, which is known before MPI is started.
    public let isHopeless: Bool
    /// The libraries whose launcher it may be, the likeliest first.
    package let families: [MPIFamily]

    /// Decides from the variables of the launchers of all families (`MPIFamily.variables`), of PMIx, and of a Slurm *step*.
    ///
    /// The variables of a Slurm job (SLURM_PROCID=0, SLURM_NTASKS=8) are also set for the batch script itself, where the program runs
    /// alone; only the variables of a step (SLURM_STEP_NUM_TASKS, and a SLURM_STEP_ID that is not the batch or interactive one) are
    /// a sign of `srun`. Every `mpirun` inside an allocation may start its daemons with `srun`, so its own variables go first.
    public static func decide(environment: [String: String]) -> LaunchEnvironment {
        func number(_ names: [String]) -> Int? { names.lazy.compactMap { environment[$0].flatMap(Int.init) }.first }
        let (openMPI, mpich) = (MPIFamily.openMPI.variables, MPIFamily.mpich.variables)
        let shared = ["PMIX_RANK", "SLURM_STEP_ID", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"]
        let evidence = MPIFamily.allCases.flatMap { $0.variables.size + $0.variables.rank }.filter { !shared.contains($0) } + shared
        let step = slurmStepTasks(environment)
        func launch(_ startsMPI: Bool, _ processes: Int?, _ index: Int?, _ families: [MPIFamily], isHopeless: Bool = false)
            -> LaunchEnvironment
        {
            LaunchEnvironment(
                startsMPI: startsMPI, expectedProcesses: processes, processIndex: index,
                evidence: evidence.compactMap { name in environment[name].map { "\(name)=\($0)" } }, isHopeless: isHopeless,
                families: families)
        }

        if let size = number(openMPI.size) { return launch(true, size, number(openMPI.rank), [.openMPI, .standard, .mpich]) }
        if environment["PMIX_RANK"] != nil {
            return launch(true, number(mpich.size) ?? step, number(["PMIX_RANK"]), [.openMPI, .standard, .mpich])
        }
        let size = number(mpich.size)
        if size != nil || number(mpich.rank) != nil {
            return launch(size != 1, size ?? step, number(mpich.rank + ["SLURM_PROCID"]), [.mpich, .standard, .openMPI])
        }
        if let step, step > 1 { return launch(true, step, number(["SLURM_PROCID"]), [], isHopeless: true) }
        return launch(false, nil, nil, [])
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
        let opened = MPILibrary.family == nil ? "" : "; opened \(MPILibrary.version)"
        return Failure(
            .launch,
            "the launcher started \(expectedProcesses) processes, but this one sees an MPI world of \(worldSize): every process would do the "
                + "whole work on its own (found \(evidence.joined(separator: ", "))\(opened)). Start with the mpirun that belongs to the MPI "
                + "library, or name the library that belongs to the launcher (\(MPILibrary.variable)=/path/to/libmpi.so); under Slurm use "
                + "`srun --mpi=pmix` with Open MPI and `srun --mpi=pmi2` with MPICH (`srun --mpi=list` shows what there is), or "
                + "mpirun inside the allocation")
    }

    /// Whether this process prints what concerns all of them: the first one, or any where the launcher does not number them.
    var speaks: Bool { (processIndex ?? 0) == 0 }
}
